// The translator as a program, around a model whose right answers are plain: upper case.
#include "tests/runtime/Cipher.h"
#include "tests/runtime/Subprocess.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <numeric>
#include <sstream>

using namespace loup;
using namespace loup::test;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

namespace {

class Translate : public testing::Test {
protected:
  Translate() { cipher.save(model); }

  std::vector<std::string> command(const std::vector<std::string> &more = {}) const {
    std::vector<std::string> words{LOUP_PROGRAMS "/toy_translate", "--model", model, "--threads",
                                   "2"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  Ending translate(const std::string &input, const std::vector<std::string> &more = {}) const {
    return run(command(more), input);
  }

  /// What a translation of `input` must print.
  void expectOutput(const std::string &input, const std::string &output,
                    const std::vector<std::string> &more = {}) const {
    Ending ending = translate(input, more);
    EXPECT_EQ(ending.output, output);
    EXPECT_EQ(ending.errors, "");
    EXPECT_EQ(ending.code, 0);
  }

  /// An error that says `message` and prints only `output`.
  void expectError(const Ending &ending, const std::string &message,
                   const std::string &output = {}) const {
    EXPECT_EQ(ending.output, output);
    EXPECT_THAT(ending.errors, StartsWith("toy_translate: "));
    EXPECT_THAT(ending.errors, HasSubstr(message));
    EXPECT_EQ(ending.code, 1);
  }

  Cipher cipher;
  TemporaryDirectory directory;
  std::string model = directory / "cipher.safetensors";
};

std::vector<std::string> split(const std::string &text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);)
    parts.push_back(part);
  return parts;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return toupper(c); });
  return text;
}

/// Lines of 0 to 17 words in no order of length.
std::string manyLines(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < i * 7 % 18; ++j)
      lines += std::string(j ? " " : "") + static_cast<char>('a' + (i + j * j) % 10);
    lines += "\n";
  }
  return lines;
}

TEST_F(Translate, LinesComeInTheirOrder) {
  std::string lines = manyLines(500);
  for (const char *batchTokens : {"1", "50", "1024"})
    for (const char *beam : {"1", "3"})
      expectOutput(lines, upper(lines), {"--batch-tokens", batchTokens, "--beam", beam});
}

TEST_F(Translate, EmptyLinesKeepTheirPlace) {
  expectOutput("", "");
  expectOutput("\n", "\n");
  expectOutput("\n\na b\n\n  \nc", "\n\nA B\n\n\nC\n");
  expectOutput("a b\r\n\r\nc\r\n", "A B\n\nC\n");
  expectOutput("\xEF\xBB\xBF"
               "a\n",
               "A\n");
}

TEST_F(Translate, ALineIsAnsweredWhileTheInputStaysOpen) {
  Subprocess program(command());
  program.write("a b c\n");
  EXPECT_EQ(program.readLine(), "A B C\n");
  program.write("d\n\ne f\ng");
  EXPECT_EQ(program.readLine(), "D\n");
  EXPECT_EQ(program.readLine(), "\n");
  EXPECT_EQ(program.readLine(), "E F\n");
  program.write(" h\n");
  EXPECT_EQ(program.readLine(), "G H\n");
  program.write("i");
  Ending ending = program.finish();
  EXPECT_EQ(ending.output, "I\n");
  EXPECT_EQ(ending.code, 0);
}

TEST_F(Translate, AStreamedLineIsAnsweredWhileItArrives) {
  Subprocess program(command({"--stream"}));
  program.write("a b ");
  EXPECT_EQ(program.read(3), "A B");
  program.write("c");
  program.write(" \td ");
  EXPECT_EQ(program.read(4), " C D");
  program.write("e\nf ");
  EXPECT_EQ(program.readLine(), " E\n");
  EXPECT_EQ(program.read(1), "F");
  program.write("\n\ng");
  EXPECT_EQ(program.readLine(), "\n");
  EXPECT_EQ(program.readLine(), "\n");
  Ending ending = program.finish();
  EXPECT_EQ(ending.output, "G\n");
  EXPECT_EQ(ending.errors, "");
  EXPECT_EQ(ending.code, 0);
}

TEST_F(Translate, AStreamHasTheAnswersOfWholeLines) {
  std::string lines = manyLines(300);
  expectOutput(lines, upper(lines), {"--stream"});
  expectOutput("\n\na b\n\n  \nc", "\n\nA B\n\n\nC\n", {"--stream"});
  expectOutput("", "", {"--stream"});
  expectOutput("a b c\nd\n", "A\nD\n", {"--stream", "--max-length", "1"});
  expectOutput(" a\tb \r\n", "A B\n", {"--stream"});
  std::string words = "a b c d e f g h i j a b c d e f g h i j a b c"; // as long as may be
  Ending ending = translate(words + "\n" + words + " d e\na\n", {"--stream"});
  EXPECT_EQ(ending.output, upper(words) + "\n" + upper(words) + "\nA\n");
  EXPECT_EQ(ending.errors, "standard input: 1 line was cut to the 23 tokens that the model takes "
                           "(line 2)\n");
}

TEST_F(Translate, AStreamEndsAtAnError) {
  Subprocess program(command({"--stream"}));
  program.write("a\nb ");
  EXPECT_EQ(program.readLine(), "A\n");
  EXPECT_EQ(program.read(1), "B");
  program.write("\xFF ");
  expectError(program.finish(), "standard input, line 2: byte 3, 0xFF, is not valid UTF-8");
  expectError(translate("a\n", {"--stream", "--beam", "2"}), "--stream is greedy");
  for (const char *option : {"--n-best", "--batch-tokens"})
    expectError(translate("a\n", {"--stream", option, "1"}),
                std::string(option) + " has no meaning");
}

TEST_F(Translate, LinesThatAreTooLongAreCutAndCounted) {
  std::string words = "a b c d e f g h i j a b c d e f g h i j a b c"; // 23: the end is the 24th
  Ending ending = translate("a\n" + words + " d\n" + words + "\n" + words + " d e\n");
  EXPECT_EQ(ending.output, "A\n" + upper(words) + "\n" + upper(words) + "\n" + upper(words) + "\n");
  EXPECT_EQ(ending.errors, "standard input: 2 lines were cut to the 23 tokens that the "
                           "model takes (the first is line 2)\n");
  EXPECT_EQ(ending.code, 0);

  std::string endless;
  for (int i = 0; i < 100000; ++i)
    endless += "a ";
  ending = translate(endless);
  EXPECT_THAT(ending.output, StartsWith("A A A"));
  EXPECT_EQ(ending.errors, "standard input: 1 line was cut to the 23 tokens that the "
                           "model takes (line 1)\n");
}

TEST_F(Translate, InvalidTextIsAnErrorAfterTheAnswersBefore) {
  expectError(translate("a\nb c\nd \xFF e\nf\n"),
              "standard input, line 3: byte 3, 0xFF, is not valid UTF-8", "A\nB C\n");
  expectError(translate("\xC3"), "standard input, line 1: byte 1");
  expectError(translate("\n6 x\n7\n", {"--ids"}), "standard input, line 2", "\n");
}

TEST_F(Translate, LinesOfIdsBecomeLinesOfIds) {
  auto ids = [](const Tokenizer &tokenizer, const std::string &text) {
    std::string line;
    for (int32_t id : tokenizer.encode(text))
      line += (line.empty() ? "" : " ") + std::to_string(id);
    return line + "\n";
  };
  expectOutput(ids(*cipher.source, "j a d") + "\n", ids(*cipher.target, "J A D") + "\n", {"--ids"});
}

TEST_F(Translate, IdsThatTheTokenizerDoesNotUseAreNeverChosen) {
  int64_t bias = cipher.model.parameters()[2].offset;
  cipher.model.weights()[bias + 25] += 100;
  cipher.save(model);
  expectOutput("a b\n", "A B\n");
  EXPECT_THAT(translate("5 4\n", {"--ids"}).output, Not(HasSubstr("25")));
}

TEST_F(Translate, ACheckpointWithoutTokenizersTakesIds) {
  saveCheckpoint(model, cipher.model, {});
  expectError(translate("a\n"),
              model + " holds no tokenizer, so it takes token ids only: use --ids");
  expectOutput("\n", "\n", {"--ids"});
}

TEST_F(Translate, MaximumLengthIsThatOfTheTranslation) {
  expectOutput("a b c\nd\n", "A\nD\n", {"--max-length", "1"});
  expectOutput("a b c\nd\n", "A B\nD\n", {"--max-length", "2", "--beam", "4"});
  EXPECT_EQ(translate("a\n", {"--max-length", "23"}).errors, "");
  EXPECT_EQ(translate("a\nb\n", {"--max-length", "24"}).errors,
            "--max-length 24: translations end at the 23 tokens that the model makes\n");
}

TEST_F(Translate, NBestCountsLinesAndSortsByScore) {
  std::string input = "a b\n\nc\n";
  Ending ending = translate(input, {"--beam", "4", "--n-best", "3", "--length-penalty", "0.5"});
  ASSERT_EQ(ending.code, 0) << ending.errors;
  std::vector<std::string> lines = split(ending.output, '\n');
  ASSERT_EQ(lines.size(), 7u) << ending.output;
  EXPECT_THAT(lines[0], StartsWith("0 ||| A B ||| -"));
  EXPECT_EQ(lines[3], "1 |||  ||| 0.000000");
  EXPECT_THAT(lines[4], StartsWith("2 ||| C ||| -"));
  auto score = [&](size_t i) { return std::stod(lines[i].substr(lines[i].rfind(' '))); };
  for (size_t first : {0, 4}) {
    EXPECT_GT(score(first), score(first + 1));
    EXPECT_GE(score(first + 1), score(first + 2));
  }

  // The score is that of the tokens under teacher forcing, over (2 tokens and the end)^0.5.
  writeFile(directory / "target", "A B\n");
  ending = translate("a b\n", {"--score", directory / "target"});
  std::istringstream numbers(ending.output);
  double sum = std::accumulate(std::istream_iterator<double>(numbers), {}, 0.0);
  EXPECT_NEAR(score(0), sum / std::sqrt(3.0), 1e-5);
}

TEST_F(Translate, ScoresAreTheModelsLogProbabilities) {
  std::vector<std::pair<std::string, std::string>> pairs = {
      {"a b c", "A B C"}, {"d", "E E E"}, {"", "A"}, {"f g", ""}, {"h i j", "Q H"}, {"a", "A"}};
  std::string sources, targets;
  for (const auto &[source, target] : pairs) {
    sources += source + "\n";
    targets += target + "\n";
  }
  writeFile(directory / "targets", targets);
  for (const char *batchTokens : {"1", "1024"}) {
    Ending ending =
        translate(sources, {"--score", directory / "targets", "--batch-tokens", batchTokens});
    ASSERT_EQ(ending.code, 0) << ending.errors;
    std::vector<std::string> lines = split(ending.output, '\n');
    ASSERT_EQ(lines.size(), pairs.size());
    cipher.model.reserveTraining({1, 24, 24, 24, 24, 0});
    for (size_t i = 0; i < pairs.size(); ++i) {
      Batch batch;
      auto encode = [&](const Tokenizer &tokenizer, const std::string &text) {
        std::vector<int32_t> ids = tokenizer.encode(text);
        ids.push_back(0);
        return ids;
      };
      batch.source.append(encode(*cipher.source, pairs[i].first));
      batch.target.append(encode(*cipher.target, pairs[i].second));
      batch.examples = {0};
      std::vector<float> losses(batch.target.tokens.size());
      cipher.model.score(batch, losses);
      std::vector<std::string> numbers = split(lines[i], ' ');
      ASSERT_EQ(numbers.size(), losses.size()) << lines[i];
      for (size_t j = 0; j < losses.size(); ++j)
        EXPECT_EQ(std::stof(numbers[j]), -losses[j]);
    }
  }
}

TEST_F(Translate, ScoreRefusesDifferentLineCounts) {
  for (const char *targets : {"A\n", "A\nB\nC\n", ""}) {
    writeFile(directory / "targets", targets);
    Ending ending = translate("a\nb\n", {"--score", directory / "targets"});
    std::string count = std::to_string(split(targets, '\n').size());
    expectError(ending,
                "standard input has 2 lines and " + (directory / "targets") + " has " + count);
  }
  expectError(translate("a\n", {"--score", directory / "missing"}), directory / "missing");
}

TEST_F(Translate, WrongOptionsAreAnswered) {
  expectError(translate("a\n", {"--beam-size", "4"}), "did you mean --beam?");
  expectError(translate("a\n", {"--beam", "0"}), "--beam");
  expectError(translate("a\n", {"--beam", "2", "--n-best", "3"}), "--n-best 3 needs --beam 3");
  expectError(translate("a\n", {"--score", "x", "--n-best", "1"}), "--score");
  expectError(run({LOUP_PROGRAMS "/toy_translate"}), "--model is required");
  expectError(run({LOUP_PROGRAMS "/toy_translate", "--model", directory / "none"}),
              directory / "none");
}

TEST_F(Translate, HelpIsOnStandardOutputAndListsEveryOption) {
  Ending ending = run({LOUP_PROGRAMS "/toy_translate", "--help"});
  EXPECT_EQ(ending.code, 0);
  for (const char *option :
       {"--model", "--beam", "--length-penalty", "--max-length", "--n-best", "--score",
        "--batch-tokens", "--threads", "--ids", "--stream", "index ||| text"})
    EXPECT_THAT(ending.output, HasSubstr(option));
  EXPECT_THAT(ending.output, HasSubstr("at most 23"));
}

TEST_F(Translate, ABrokenPipeEndsQuietly) {
  auto previous = std::signal(SIGPIPE, SIG_IGN); // which the program inherits
  writeFile(directory / "input", manyLines(20000));
  Subprocess program(command({"--batch-tokens", "1"}), {directory / "input", {}});
  EXPECT_EQ(program.readLine(), "\n");
  program.closeOutput();
  Ending ending = program.finish();
  std::signal(SIGPIPE, previous);
  EXPECT_EQ(ending.signal, SIGPIPE);
  EXPECT_THAT(ending.errors, IsEmpty());
}

TEST_F(Translate, AFullDiskIsAnError) {
  writeFile(directory / "input", "a\n");
  Ending ending = Subprocess(command(), {directory / "input", "/dev/full"}).finish();
  expectError(ending, "cannot write to standard output: No space left on device");
}

TEST_F(Translate, ADirectoryIsNoInput) {
  Ending ending = Subprocess(command(), {directory / "", {}}).finish();
  expectError(ending, "cannot read standard input: Is a directory");
}

} // namespace
