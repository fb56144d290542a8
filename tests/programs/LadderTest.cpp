// Every rung of every example: the same training, dropout drawn alike, and the same translations.
#include "tests/programs/ProgramTest.h"

#include "examples/freight/Generate.h"

#include <regex>

namespace loup::test {
namespace {

using nlohmann::json;
using testing::DoubleNear;
using testing::Pointwise;

/// The textbook first.
const std::vector<std::string> rungs = split(LOUP_RUNGS, " ");

TEST(Ladder, IsClimbedToItsEnd) {
  Ending ending = run({LOUP_PREFIX "/bin/loup", "build", "--help"});
  std::string text = ending.output.substr(ending.output.find("Schedules,"));
  text.erase(text.find("\n\n"));
  std::vector<std::string> listed;
  std::regex line("\n  ([a-z]+)");
  for (std::sregex_iterator it(text.begin(), text.end(), line), end; it != end; ++it)
    listed.push_back((*it)[1]);
  EXPECT_EQ(listed, rungs);
}

/// A description of descriptions/, or one of examples/ made smaller.
struct Example {
  const char *description;
  enum { Ids, Column, Documents, Freight } data = Ids;
};

void PrintTo(const Example &example, std::ostream *out) { *out << example.description; }

class EveryRung : public ProgramTest, public testing::WithParamInterface<Example> {
protected:
  EveryRung() : ProgramTest(GetParam().description) {
    writeData("train", 200);
    writeData("unseen", 30);
  }

  void use(const std::string &rung) {
    programs = LOUP_BUILT "/" + std::string(GetParam().description) + "-" + rung;
  }

  std::string model = folder / "model";

private:
  void writeData(const std::string &name, int lines) {
    if (GetParam().data == Example::Freight) {
      std::string source, target;
      for (int i = 0; i < lines; ++i) {
        freight::Example drawn = freight::generate(
            name == "train", i, 1, name == "train" ? freight::Split::Train : freight::Split::Valid);
        source += drawn.text + "\n";
        target += drawn.json + "\n";
      }
      writeFile(folder / (name + ".src"), source);
      writeFile(folder / (name + ".tgt"), target);
      return;
    }
    writeIds(name, lines);
    std::string source;
    for (const std::string &line : split(readFile(folder / (name + ".src")), "\n"))
      source += marked(line) + "\n";
    writeFile(folder / (name + ".src"), source);
  }

  static std::string marked(const std::string &line) {
    std::string result = line;
    Words words = split(line, " ");
    if (GetParam().data == Example::Column) {
      result += "\t";
      for (size_t i = 0; i < words.size(); ++i)
        result += (i + line.size()) % 4 == 0 ? "0" : "1";
    }
    if (GetParam().data == Example::Documents) {
      result.clear();
      for (size_t i = 0; i < words.size(); ++i)
        result += (i ? " " : "") + ((i + line.size()) % 5 == 2 ? "<doc>" : "w" + words[i]);
    }
    return result;
  }
};

const Example examples[] = {
    {"freight", Example::Freight},
    {"multi30k", Example::Freight},
    {"simultaneous", Example::Freight},
    {"tiny"},
    {"bounded"},
    {"marks"},
    {"column", Example::Column},
    {"documents", Example::Documents},
    {"rotary"},
    {"alibi"},
    {"relative"},
};

INSTANTIATE_TEST_SUITE_P(Examples, EveryRung, testing::ValuesIn(examples),
                         [](const auto &info) { return std::string(info.param.description); });

/// The third of an attention's bias that is the key's adds the same to all scores of a query: its
/// gradient is what rounding leaves of zero, and Adam makes steps of any size of that.
void forgetKeyBias(std::map<std::string, std::vector<float>> &tensors) {
  for (auto &[name, values] : tensors)
    if (name.ends_with("in_proj_bias"))
      std::fill_n(values.begin() + values.size() / 3, values.size() / 3, 0.0f);
}

TEST_P(EveryRung, TrainsToTheSameParameters) {
  std::vector<double> losses, norms;
  std::map<std::string, std::vector<float>> gradients, parameters;
  for (const std::string &rung : rungs) {
    SCOPED_TRACE(rung);
    use(rung);
    std::vector<json> log =
        trainLogged(model, {"--steps", "12", "--save-gradients", folder / "gradients"});
    auto ownGradients = tensorsOf(folder / "gradients"), ownParameters = tensorsOf(model);
    forgetKeyBias(ownParameters);
    if (losses.empty()) {
      losses = column(log, "loss");
      norms = column(log, "gradient_norm");
      gradients = ownGradients;
      parameters = ownParameters;
      EXPECT_LT(losses.back(), losses.front());
      continue;
    }
    EXPECT_THAT(column(log, "loss"), Pointwise(DoubleNear(1e-4), losses));
    EXPECT_THAT(column(log, "gradient_norm"), Pointwise(DoubleNear(1e-3), norms));
    ASSERT_EQ(ownGradients.size(), gradients.size());
    for (const auto &[name, values] : gradients)
      EXPECT_THAT(ownGradients[name], Pointwise(testing::FloatNear(1e-6f), values)) << name;
    ASSERT_EQ(ownParameters.size(), parameters.size());
    for (const auto &[name, values] : parameters)
      EXPECT_THAT(ownParameters[name], Pointwise(testing::FloatNear(1e-3f), values)) << name;
  }
}

// With the same weights on all rungs. Where texts differ, they are as good as alike.
TEST_P(EveryRung, TranslatesToTheSameText) {
  use(rungs.front());
  train(model, {"--steps", "60"});
  std::string input = readFile(folder / "unseen.src");
  std::vector<Found> expected;
  std::vector<double> expectedScores;
  for (const std::string &rung : rungs) {
    SCOPED_TRACE(rung);
    use(rung);
    std::vector<Found> found =
        search(model, input,
               {"--beam", "4", "--n-best", "4", "--length-penalty", "0", "--max-length", "20"});
    std::vector<double> scores = teacherForced(model, input, found);
    if (expected.empty()) {
      expected = found;
      expectedScores = scores;
      continue;
    }
    ASSERT_EQ(scores.size(), expectedScores.size());
    int different = 0;
    for (size_t i = 0; i < found.size(); ++i) {
      EXPECT_NEAR(scores[i], expectedScores[i], 1e-4) << found[i].text << "\n" << expected[i].text;
      different += found[i].text != expected[i].text;
    }
    EXPECT_LE(different, 4);
  }
  std::set<std::string> texts;
  for (const Found &hypothesis : expected)
    texts.insert(hypothesis.text);
  EXPECT_GE(expected.size(), 60u);
  EXPECT_GE(texts.size(), 4u);
}

} // namespace
} // namespace loup::test
