// The programs that `loup build` has made of descriptions/, and what tests feed them.
#pragma once

#include "tests/runtime/Subprocess.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace loup::test {

using Words = std::vector<std::string>;

/// All of `parts`, one after the other.
Words join(std::initializer_list<Words> parts);

std::vector<std::string> split(const std::string &text, const std::string &at);

/// The numbers of a line, separated by spaces.
std::vector<double> numbers(const std::string &line);

/// The float32 tensors of a safetensors file, by their names.
std::map<std::string, std::vector<float>> tensorsOf(const std::string &path);

/// Adds `scale` times `direction` to the tensor `name` of a safetensors file.
void shiftTensor(const std::string &path, const std::string &name,
                 const std::vector<float> &direction, double scale);

/// One line that the translator printed under --n-best.
struct Found {
  int line;
  std::string text;
  double score;
};

/// Where the tests of a description's programs begin.
class ProgramTest : public testing::Test {
protected:
  /// `description` is a file's stem in descriptions/.
  explicit ProgramTest(const std::string &description, const std::string &schedule = "fused")
      : programs(LOUP_BUILT "/" + description + "-" + schedule) {}

  /// Writes NAME.src and NAME.tgt: lines of 1 to 17 ids, and the same with each id 4 higher; all
  /// fit vocabularies of 37 and 41.
  void writeIds(const std::string &name, int lines);

  Words pair(const std::string &name) const {
    return {folder / (name + ".src"), folder / (name + ".tgt")};
  }

  /// Runs the trainer on the pair "train", saving to `save`; whatever it says on stderr fails.
  void train(const std::string &save, const Words &options);

  /// The same; gives the log's objects.
  std::vector<nlohmann::json> trainLogged(const std::string &save, const Words &options);

  /// The translator's lines; whatever it says on stderr fails.
  std::vector<std::string> translate(const std::string &model, const std::string &input,
                                     const Words &options = {});

  /// The same under --n-best.
  std::vector<Found> search(const std::string &model, const std::string &input,
                            const Words &options);

  /// Teacher forcing's log-probabilities, [line][token].
  std::vector<std::vector<double>> score(const std::string &model, const std::string &sources,
                                         const std::string &targets);

  /// Teacher forcing's log-probability of each hypothesis that search() found for `input`.
  std::vector<double> teacherForced(const std::string &model, const std::string &input,
                                    const std::vector<Found> &found);

  /// All hypotheses of a beam without a length penalty, under each limit of length: the score of
  /// each is the sum of its steps' log-probabilities, with each limit over other steps.
  std::vector<Found> searchUnderLimits(const std::string &model, const std::string &input,
                                       const std::string &beam, const Words &limits);

  /// Such scores are teacher forcing's, which they are only if every step is.
  void expectStepsOfTeacherForcing(const std::string &model, const std::string &input,
                                   const std::vector<Found> &found);

  /// Exit code 1, `message` on stderr, nothing on stdout.
  void expectError(const Words &command, const std::string &input, const std::string &message);

  /// The trainer on the pair "train", without a word of progress.
  Words trainCommand(const std::string &save, const Words &options) const;

  std::string trainer() const { return programs + "/train"; }
  std::string translator() const { return programs + "/translate"; }

  std::string programs; // their folder
  TemporaryDirectory folder;
};

/// `values` of the log's objects.
std::vector<double> column(const std::vector<nlohmann::json> &log, const std::string &key);

} // namespace loup::test
