// Each option changes what the programs say, in the way it names.
#include "tests/programs/ProgramTest.h"

#include <cmath>
#include <numeric>

namespace loup::test {
namespace {

using nlohmann::json;
using testing::Pointwise;

class Options : public ProgramTest {
protected:
  Options() : ProgramTest("tiny") {
    writeIds("train", 100);
    writeIds("unseen", 30);
    input = readFile(folder / "unseen.src");
  }

  std::string a = folder / "a", b = folder / "b", input;
};

TEST_F(Options, SavedGradientsAreThoseOfTheFirstStepBeforeClipping) {
  std::vector<json> log =
      trainLogged(a, {"--steps", "2", "--save-gradients", folder / "gradients"});
  auto gradients = tensorsOf(folder / "gradients"), weights = tensorsOf(a);
  double squares = 0;
  for (const auto &[name, values] : gradients) {
    ASSERT_EQ(values.size(), weights[name].size()) << name;
    squares += std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
  }
  EXPECT_EQ(gradients.size(), weights.size());
  EXPECT_NEAR(std::sqrt(squares) / log[0]["gradient_norm"].get<double>(), 1, 1e-5);
}

TEST_F(Options, TheLogSaysHowEachStepWent) {
  std::vector<json> log =
      trainLogged(a, join({{"--steps", "20", "--valid-every", "10", "--valid"}, pair("unseen")}));
  ASSERT_EQ(log.size(), 20u);
  for (int i = 0; i < 20; ++i) {
    int step = i + 1;
    EXPECT_EQ(log[i]["step"], step);
    EXPECT_LE(log[i]["tokens"], 64);
    EXPECT_NEAR(log[i]["learning_rate"], 1e-2 * std::min(step / 10.0, std::sqrt(10.0 / step)),
                1e-12);
    EXPECT_EQ(log[i].contains("validation_loss"), step % 10 == 0) << step;
  }
}

TEST_F(Options, InitBeginsWithTheWeightsOfAFile) {
  train(a, {"--steps", "100"});
  std::vector<double> fresh = column(trainLogged(b, {"--steps", "3"}), "loss");
  std::vector<json> log = trainLogged(b, {"--steps", "3", "--init", a, "--learning-rate", "1e-30"});
  EXPECT_EQ(log[0]["step"], 1);
  EXPECT_LT(log[0]["loss"], 0.9 * fresh[0]);
  EXPECT_EQ(tensorsOf(a), tensorsOf(b));
}

TEST_F(Options, BeamFindsWhatIsMoreProbable) {
  train(a, {"--steps", "200"});
  auto total = [&](const char *beam) {
    double sum = 0;
    for (const Found &found :
         search(a, input, {"--beam", beam, "--n-best", "1", "--length-penalty", "0"}))
      sum += found.score;
    return sum;
  };
  EXPECT_GT(total("6"), total("1") + 1);
}

TEST_F(Options, NBestComesSortedAndWithoutRepetition) {
  train(a, {"--steps", "200"});
  std::vector<Found> found = search(a, input, {"--beam", "6", "--n-best", "4"});
  ASSERT_EQ(found.size(), 4 * 30u);
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].line, static_cast<int>(i / 4));
    if (i % 4 == 0)
      continue;
    EXPECT_LE(found[i].score, found[i - 1].score);
    for (size_t j = i - i % 4; j < i; ++j)
      EXPECT_NE(found[i].text, found[j].text);
  }
  std::vector<std::string> best = translate(a, input, {"--beam", "6"});
  for (size_t i = 0; i < best.size(); ++i)
    EXPECT_EQ(best[i], found[4 * i].text);
}

TEST_F(Options, TheLengthPenaltyDividesByThePowerOfTheLength) {
  train(a, {"--steps", "200"});
  std::vector<std::string> sources = split(input, "\n");
  size_t lengths[2] = {};
  for (int i : {0, 1}) {
    double penalty = i ? 2.0 : 0.5;
    std::string targets;
    std::vector<Found> found = search(
        a, input, {"--beam", "6", "--n-best", "1", "--length-penalty", std::to_string(penalty)});
    for (const Found &best : found)
      targets += best.text + "\n";
    auto scores = score(a, input, targets);
    for (size_t line = 0; line < found.size(); ++line) {
      double sum = std::accumulate(scores[line].begin(), scores[line].end(), 0.0);
      EXPECT_NEAR(found[line].score, sum / std::pow(scores[line].size(), penalty), 1e-4);
      lengths[i] += scores[line].size();
    }
  }
  EXPECT_LT(lengths[0], lengths[1]);
}

TEST_F(Options, MaximumLengthLimitsTheTranslation) {
  train(a, {"--steps", "200"});
  size_t longest = 0;
  for (const std::string &line : translate(a, input, {"--max-length", "3"}))
    longest = std::max(longest, split(line, " ").size());
  EXPECT_EQ(longest, 3u);
  longest = 0;
  for (const std::string &line : translate(a, input))
    longest = std::max(longest, split(line, " ").size());
  EXPECT_GT(longest, 3u);
  EXPECT_LT(longest, 24u); // `length` of the description, less the end
}

TEST_F(Options, LinesTooLongAreCutAndCounted) {
  train(a, {"--steps", "1"});
  std::string line = "5";
  for (int i = 0; i < 30; ++i)
    line += " 6";
  Ending ending = run({translator(), "--model", a}, "4\n" + line + "\n");
  EXPECT_EQ(ending.code, 0);
  EXPECT_EQ(split(ending.output, "\n").size(), 2u);
  EXPECT_EQ(ending.errors,
            "standard input: 1 line was cut to the 23 tokens that the model takes (line 2)\n");
}

TEST_F(Options, ALearningRateThatIsGivenKeepsTheSchedule) {
  std::vector<double> rates =
      column(trainLogged(a, {"--steps", "12", "--learning-rate", "0.02"}), "learning_rate");
  EXPECT_NEAR(rates[4], 0.01, 1e-12);
  EXPECT_NEAR(rates[9], 0.02, 1e-12);
  EXPECT_LT(rates[11], 0.02);
}

TEST_F(Options, IdsStandForText) {
  programs = LOUP_BUILT "/characters-fused";
  writeFile(folder / "train.src", "abc\nbca\ncab\n");
  writeFile(folder / "train.tgt", "xyz\nyzx\nzxy\n");
  train(a, {"--steps", "60"});
  EXPECT_EQ(translate(a, "abc\ncab\n"), (Words{"xyz", "zxy"}));
  // The ids of a, b and c are not known here, but the translations of all are the same as text.
  std::string ids;
  for (const std::string &line : {"4 5 6", "5 6 4", "6 4 5"})
    ids += line + "\n";
  for (const std::string &line : translate(a, ids, {"--ids"}))
    for (double id : numbers(line)) {
      EXPECT_GE(id, 4);
      EXPECT_LT(id, 10); // six characters
    }
  expectError({translator(), "--model", a, "--ids"}, "abc\n", "standard input, line 1");
}

} // namespace
} // namespace loup::test
