#include "tests/programs/ProgramTest.h"

#include "runtime/Random.h"

#include <cstring>
#include <numeric>
#include <sstream>

namespace loup::test {

using nlohmann::json;

Words join(std::initializer_list<Words> parts) {
  Words all;
  for (const Words &part : parts)
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::vector<std::string> split(const std::string &text, const std::string &at) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t end; (end = text.find(at, begin)) != std::string::npos; begin = end + at.size())
    parts.push_back(text.substr(begin, end - begin));
  if (begin < text.size())
    parts.push_back(text.substr(begin));
  return parts;
}

std::vector<double> numbers(const std::string &line) {
  std::istringstream stream(line);
  return {std::istream_iterator<double>(stream), {}};
}

namespace {

struct Tensors {
  explicit Tensors(const std::string &path) : bytes(readFile(path)) {
    uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof length);
    header = json::parse(bytes.substr(sizeof length, length));
    header.erase("__metadata__");
    data = bytes.data() + sizeof length + length;
  }

  std::string bytes;
  json header;
  char *data;
};

} // namespace

std::map<std::string, std::vector<float>> tensorsOf(const std::string &path) {
  Tensors file(path);
  std::map<std::string, std::vector<float>> tensors;
  for (const auto &[name, entry] : file.header.items()) {
    uint64_t begin = entry["data_offsets"][0], end = entry["data_offsets"][1];
    std::vector<float> values((end - begin) / sizeof(float));
    std::memcpy(values.data(), file.data + begin, end - begin);
    tensors[name] = std::move(values);
  }
  return tensors;
}

void shiftTensor(const std::string &path, const std::string &name,
                 const std::vector<float> &direction, double scale) {
  Tensors file(path);
  uint64_t begin = file.header.at(name)["data_offsets"][0];
  for (size_t i = 0; i < direction.size(); ++i) {
    char *place = file.data + begin + i * sizeof(float);
    float value;
    std::memcpy(&value, place, sizeof value);
    value += static_cast<float>(scale * direction[i]);
    std::memcpy(place, &value, sizeof value);
  }
  writeFile(path, file.bytes);
}

std::vector<double> column(const std::vector<json> &log, const std::string &key) {
  std::vector<double> values;
  for (const json &object : log)
    values.push_back(object.at(key));
  return values;
}

void ProgramTest::writeIds(const std::string &name, int lines) {
  std::string source, target;
  uint64_t key = streamKey(1, name);
  for (int i = 0; i < lines; ++i)
    for (int length = 1 + i * 7 % 17, j = 0; j < length; ++j) {
      int id = 4 + static_cast<int>(randomBits(key, i * 17 + j) % 33);
      const char *behind = j + 1 < length ? " " : "\n";
      source += std::to_string(id) + behind;
      target += std::to_string(id + 4) + behind;
    }
  writeFile(folder / (name + ".src"), source);
  writeFile(folder / (name + ".tgt"), target);
}

Words ProgramTest::trainCommand(const std::string &save, const Words &options) const {
  return join({{trainer(), "--quiet", "--save", save, "--train"}, pair("train"), options});
}

void ProgramTest::train(const std::string &save, const Words &options) {
  Ending ending = run(trainCommand(save, options));
  EXPECT_EQ(ending.code, 0) << ending.signal;
  EXPECT_EQ(ending.output + ending.errors, "");
}

std::vector<json> ProgramTest::trainLogged(const std::string &save, const Words &options) {
  std::string log = save + ".log";
  train(save, join({options, {"--log", log}}));
  std::vector<json> objects;
  for (const std::string &line : split(readFile(log), "\n"))
    objects.push_back(json::parse(line));
  return objects;
}

std::vector<std::string> ProgramTest::translate(const std::string &model, const std::string &input,
                                                const Words &options) {
  Ending ending = run(join({{translator(), "--model", model}, options}), input);
  EXPECT_EQ(ending.code, 0) << ending.signal;
  EXPECT_EQ(ending.errors, "");
  return split(ending.output, "\n");
}

std::vector<Found> ProgramTest::search(const std::string &model, const std::string &input,
                                       const Words &options) {
  std::vector<Found> found;
  for (const std::string &line : translate(model, input, options)) {
    std::vector<std::string> parts = split(line, " ||| ");
    if (parts.size() != 3)
      throw std::runtime_error("not as --n-best prints: " + line);
    found.push_back({std::stoi(parts[0]), parts[1], std::stod(parts[2])});
  }
  return found;
}

std::vector<std::vector<double>> ProgramTest::score(const std::string &model,
                                                    const std::string &sources,
                                                    const std::string &targets) {
  writeFile(folder / "targets to score", targets);
  std::vector<std::vector<double>> scores;
  for (const std::string &line :
       translate(model, sources, {"--score", folder / "targets to score"}))
    scores.push_back(numbers(line));
  return scores;
}

std::vector<double> ProgramTest::teacherForced(const std::string &model, const std::string &input,
                                               const std::vector<Found> &found) {
  std::vector<std::string> sources = split(input, "\n");
  std::string repeated, targets;
  for (const Found &hypothesis : found) {
    repeated += sources[hypothesis.line] + "\n";
    targets += hypothesis.text + "\n";
  }
  std::vector<double> sums;
  for (const std::vector<double> &tokens : score(model, repeated, targets))
    sums.push_back(std::accumulate(tokens.begin(), tokens.end(), 0.0));
  return sums;
}

std::vector<Found> ProgramTest::searchUnderLimits(const std::string &model,
                                                  const std::string &input, const std::string &beam,
                                                  const Words &limits) {
  std::vector<Found> all;
  for (const std::string &limit : limits) {
    std::vector<Found> found =
        search(model, input,
               {"--beam", beam, "--n-best", beam, "--length-penalty", "0", "--max-length", limit});
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

void ProgramTest::expectStepsOfTeacherForcing(const std::string &model, const std::string &input,
                                              const std::vector<Found> &found) {
  std::vector<double> scores = teacherForced(model, input, found);
  ASSERT_EQ(scores.size(), found.size());
  for (size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i].score, scores[i], 1e-4) << found[i].text;
}

void ProgramTest::expectError(const Words &command, const std::string &input,
                              const std::string &message) {
  Ending ending = run(command, input);
  EXPECT_EQ(ending.code, 1) << ending.signal << ending.errors;
  EXPECT_EQ(ending.output, "");
  EXPECT_THAT(ending.errors, testing::HasSubstr(message));
}

} // namespace loup::test
