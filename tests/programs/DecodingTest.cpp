// Decoding, derived from the training program, must say what training says.
#include "tests/programs/ProgramTest.h"

namespace loup::test {
namespace {

using testing::Each;

struct Built {
  const char *description, *schedule;
};

class Decoding : public ProgramTest, public testing::WithParamInterface<Built> {
protected:
  Decoding() : ProgramTest(GetParam().description, GetParam().schedule) {
    writeIds("train", 100);
    writeIds("unseen", 40);
    train(model, {"--steps", "300", "--threads", "2"});
    input = readFile(folder / "unseen.src");
  }

  std::string model = folder / "model", input;
};

INSTANTIATE_TEST_SUITE_P(Programs, Decoding,
                         testing::Values(Built{"tiny", "textbook"}, Built{"tiny", "fused"},
                                         Built{"tiny", "specialised"},
                                         Built{"tiny", "autoscheduled"}, Built{"tiny", "packed"},
                                         Built{"bounded", "textbook"}, Built{"bounded", "packed"}),
                         [](const auto &built) {
                           return std::string(built.param.description) + "_" + built.param.schedule;
                         });

TEST_P(Decoding, StepsAgreeWithTeacherForcing) {
  std::vector<Found> found =
      searchUnderLimits(model, input, "5", {"1", "2", "3", "4", "5", "6", "8", "11", "15", "23"});
  EXPECT_GT(found.size(), 1000u);
  expectStepsOfTeacherForcing(model, input, found);
}

TEST_P(Decoding, GreedyTakesTheBestTokenOfTeacherForcing) {
  std::vector<std::string> sources = split(input, "\n"), found = translate(model, input);
  ASSERT_EQ(found.size(), sources.size());
  // Every word in the place of each token, behind the tokens before it.
  for (size_t line : {0, 5, 12}) {
    std::vector<std::string> tokens = split(found[line], " ");
    std::string before, repeated, targets;
    for (const std::string &token : tokens) {
      for (int id = 4; id < 41; ++id) {
        repeated += sources[line] + "\n";
        targets += before + std::to_string(id) + "\n";
      }
      before += token + " ";
    }
    std::vector<std::vector<double>> scores = score(model, repeated, targets);
    for (size_t place = 0; place < tokens.size(); ++place) {
      double chosen = scores[place * 37 + std::stoi(tokens[place]) - 4][place];
      for (int id = 4; id < 41; ++id)
        EXPECT_GE(chosen + 1e-4, scores[place * 37 + id - 4][place]) << line << " " << place;
    }
  }
}

TEST_P(Decoding, ASentenceDoesNotKnowItsBatch) {
  for (const char *beam : {"1", "4"}) {
    Words options{"--beam", beam, "--n-best", beam};
    auto of = [&](const Words &more) { return translate(model, input, join({options, more})); };
    std::vector<std::string> together = of({});
    EXPECT_EQ(of({"--batch-tokens", "1"}), together);
    EXPECT_EQ(of({"--batch-tokens", "100"}), together);
    EXPECT_EQ(of({"--threads", "1"}), of({"--threads", "3"}));
  }
}

TEST_P(Decoding, LinesKeepTheirPlaces) {
  std::vector<std::string> sources = split(input, "\n"), found = translate(model, input);
  std::string holes = "\n";
  for (const std::string &source : sources)
    holes += source + "\n\n";
  std::vector<std::string> lines = translate(model, holes);
  ASSERT_EQ(lines.size(), 2 * sources.size() + 1);
  for (size_t i = 0; i < sources.size(); ++i) {
    EXPECT_EQ(lines[2 * i], "");
    EXPECT_EQ(lines[2 * i + 1], found[i]);
  }
  EXPECT_EQ(lines.back(), "");
}

TEST_P(Decoding, AnswersWhileItsInputStaysOpen) {
  std::vector<std::string> sources = split(input, "\n"), found = translate(model, input);
  Subprocess program({translator(), "--model", model});
  for (int i = 0; i < 3; ++i) {
    program.write(sources[i] + "\n");
    EXPECT_EQ(program.readLine(), found[i] + "\n");
  }
  EXPECT_EQ(program.finish().code, 0);
}

TEST_P(Decoding, AnEmptyTargetHasItsEndScored) {
  std::vector<std::vector<double>> scores = score(model, "4 5\n\n6\n", "\n8\n9 10\n");
  ASSERT_EQ(scores.size(), 3u);
  EXPECT_EQ(scores[0].size(), 1u);
  EXPECT_EQ(scores[1].size(), 2u);
  EXPECT_EQ(scores[2].size(), 3u);
  for (const std::vector<double> &line : scores)
    EXPECT_THAT(line, Each(testing::Lt(0)));
}

} // namespace
} // namespace loup::test
