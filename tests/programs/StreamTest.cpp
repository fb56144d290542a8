// A model whose masks bound what a step reads translates while the source arrives.
#include "tests/programs/ProgramTest.h"

namespace loup::test {
namespace {

using testing::HasSubstr;

class Streaming : public ProgramTest, public testing::WithParamInterface<std::string> {
protected:
  Streaming() : ProgramTest("bounded", GetParam()) {
    writeIds("train", 100);
    writeIds("unseen", 40);
    train(model, {"--steps", "300", "--threads", "2"});
    lines = split(readFile(folder / "unseen.src"), "\n");
  }

  std::string model = folder / "model";
  std::vector<std::string> lines;

  /// Before target token q, of the mask "k <= q + 2" behind an encoder that looks back only.
  static constexpr size_t wait = 3;
};

TEST_P(Streaming, AnswersAreThoseOfWholeLines) {
  std::string input = readFile(folder / "unseen.src") + "\n4\n\n";
  EXPECT_EQ(translate(model, input, {"--stream"}), translate(model, input, {"--beam", "1"}));
}

TEST_P(Streaming, ATokenComesBeforeTheSourceThatItDoesNotNeed) {
  std::vector<std::string> whole = translate(model, readFile(folder / "unseen.src"));
  Subprocess program({translator(), "--model", model, "--stream"});
  size_t early = 0; // tokens that were answered before the line's end
  for (size_t i = 0; i < lines.size(); ++i) {
    std::vector<std::string> source = split(lines[i], " "), target = split(whole[i], " ");
    size_t written = 0;
    auto writeUpTo = [&](size_t count) {
      for (; written < std::min(count, source.size()); ++written)
        program.write(source[written] + " ");
    };
    for (size_t q = 0; q < target.size() && q + wait <= source.size(); ++q, ++early) {
      writeUpTo(q + wait);
      std::string expected = (q ? " " : "") + target[q];
      ASSERT_EQ(program.read(expected.size()), expected) << lines[i];
    }
    writeUpTo(source.size());
    program.write("\n");
    program.readLine();
  }
  EXPECT_GT(early, 100u);
  EXPECT_EQ(program.finish().code, 0);
}

TEST_P(Streaming, NoLogProbabilityDependsOnTokensNotYetRead) {
  // Lines that begin with the same tokens and go on with 0, 3 or 30 others.
  constexpr size_t length = 30;
  auto tokens = [](size_t count, int from, int step) {
    std::string text;
    for (size_t i = 0; i < count; ++i)
      text += std::to_string(from + (i * step) % 30) + " ";
    return text;
  };
  std::string sources, targets;
  for (size_t shared = 0; shared <= length; ++shared)
    for (size_t more : {0, 3, 30}) {
      sources += tokens(shared, 6, 7) + tokens(more, 4, 11) + "\n";
      targets += tokens(length, 8, 1) + "\n";
    }
  std::vector<std::vector<double>> scores = score(model, sources, targets);
  size_t differences = 0;
  for (size_t shared = 0; shared <= length; ++shared)
    for (size_t other : {1, 2})
      for (size_t q = 0; q < length; ++q) {
        double a = scores[3 * shared][q], b = scores[3 * shared + other][q];
        if (q + wait <= shared)
          EXPECT_EQ(a, b) << shared << " source tokens, target token " << q;
        else
          differences += a != b;
      }
  EXPECT_GT(differences, 500u);
}

INSTANTIATE_TEST_SUITE_P(Rungs, Streaming, testing::ValuesIn(split(LOUP_RUNGS, " ")),
                         [](const auto &rung) { return rung.param; });

class NotStreaming : public ProgramTest {
protected:
  NotStreaming() : ProgramTest("tiny") {}
};

TEST_F(NotStreaming, AModelThatReadsAllOfTheSourceFirstSaysWhy) {
  writeIds("train", 20);
  train(folder / "model", {"--steps", "1"});
  expectError({translator(), "--model", folder / "model", "--stream"}, "4 5\n",
              "encoder.layers.0.self_attn: it sees the source to its end");
}

} // namespace
} // namespace loup::test
