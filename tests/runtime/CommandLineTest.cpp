#include "runtime/CommandLine.h"

#include "runtime/Errors.h"
#include "runtime/TrainOptions.h"
#include "runtime/TranslateOptions.h"
#include "tests/runtime/ToyModel.h"

#include <gmock/gmock.h>

#include <set>
#include <sstream>

namespace loup {
namespace {

using testing::HasSubstr;

/// What the trainer, or the translator, says to these arguments.
template <class Options>
std::string answer(bool (*read)(int, char **, const Description &, Options &),
                   const std::string &arguments, Options &options,
                   const Description &description = test::toyDescription()) {
  std::vector<std::string> words{"program"};
  std::istringstream stream(arguments);
  for (std::string word; stream >> word;)
    words.push_back(word);
  std::vector<char *> argv;
  for (std::string &word : words)
    argv.push_back(word.data());
  try {
    read(static_cast<int>(argv.size()), argv.data(), description, options);
  } catch (const UserError &error) {
    return error.what();
  }
  return "fine";
}

std::string train(const std::string &arguments,
                  const Description &description = test::toyDescription()) {
  TrainOptions options;
  return answer(readTrainOptions, "--train a b --save s " + arguments, options, description);
}

std::string translate(const std::string &arguments) {
  TranslateOptions options;
  return answer(readTranslateOptions, "--model m " + arguments, options);
}

TEST(CommandLineTest, AnswersOtherToolsSpellings) {
  EXPECT_EQ(train("--learn-rate 1"), "--learn-rate: did you mean --learning-rate?");
  EXPECT_EQ(train("--max-epoch 3"), "--max-epoch: did you mean --epochs?");
  EXPECT_EQ(train("--after-epochs=3"), "--after-epochs: did you mean --epochs?");
  EXPECT_EQ(train("--train_steps 3"), "--train_steps: did you mean --steps?");
  EXPECT_EQ(train("-train_steps 3"), "-train_steps: did you mean --steps?");
  EXPECT_THAT(train("--dropout 0.1"), HasSubstr("the description says it"));
  EXPECT_EQ(translate("--beam-size 4"), "--beam-size: did you mean --beam?");
  EXPECT_EQ(translate("-b 4"), "-b: did you mean --beam?");
  EXPECT_EQ(translate("--max_decoding_length 4"),
            "--max_decoding_length: did you mean --max-length?");
  EXPECT_THAT(translate("--input x"), HasSubstr("standard input"));
}

TEST(CommandLineTest, AnswersMisspelling) {
  EXPECT_EQ(train("--batch-token 3"), "--batch-token: did you mean --batch-tokens?");
  EXPECT_EQ(train("--batch_tokens 3"), "--batch_tokens: did you mean --batch-tokens?");
  EXPECT_EQ(translate("--lenght-penalty 1"), "--lenght-penalty: did you mean --length-penalty?");
  EXPECT_EQ(translate("--xyzzy"), "--xyzzy: no such option; --help lists them all");
}

// More threads than processors only wait for one another; some more do no harm.
TEST(CommandLineTest, ThreadsAreAFewForEachProcessor) {
  for (const auto &answer : {train("--threads 4000"), translate("--threads 4000")})
    EXPECT_THAT(answer, HasSubstr("--threads: 4000 is not a whole number from 1 to"));
  for (const auto &answer : {train("--threads 16"), translate("--threads 16")})
    EXPECT_THAT(answer, Not(HasSubstr("--threads")));
}

/// What is right is never refused: no table holds an option of the program itself, and each answer
/// is one.
TEST(CommandLineTest, TablesAgreeWithThePrograms) {
  auto check = [](std::span<const ForeignOption> table, auto ask) {
    std::set<std::string_view> seen;
    for (const ForeignOption &entry : table) {
      EXPECT_TRUE(seen.insert(entry.foreign).second) << entry.foreign << " stands twice";
      EXPECT_THAT(ask("--" + std::string(entry.foreign)), HasSubstr(std::string(entry.answer)));
      if (entry.answer.starts_with("--")) {
        std::string ours(entry.answer.substr(0, entry.answer.find(' ')));
        EXPECT_THAT(ask(ours), Not(HasSubstr("no such option"))) << entry.foreign;
        EXPECT_THAT(ask(ours), Not(HasSubstr("did you mean"))) << entry.foreign;
      }
    }
  };
  check(foreignTrainOptions, [](const std::string &option) { return train(option); });
  check(foreignTranslateOptions, [](const std::string &option) { return translate(option); });
}

TEST(TrainOptionsTest, OverrideTheDescription) {
  Description description = test::toyDescription();
  description.train.batchTokens = 77;
  description.train.schedule = {"inverse_sqrt", 0.5, 10, 0, 0.25};
  TrainOptions options;
  EXPECT_EQ(answer(readTrainOptions, "--train a b --train c --save s", options, description),
            "fine");
  ASSERT_EQ(options.train.size(), 2u);
  EXPECT_EQ(options.train[0].target, "b");
  EXPECT_EQ(options.train[1].source, "c");
  EXPECT_EQ(options.train[1].target, "");
  EXPECT_FALSE(options.valid);
  EXPECT_EQ(options.batch.tokens, 77);
  EXPECT_EQ(options.schedule.rate, 0.5);
  EXPECT_EQ(options.schedule.warmup, 10);
  EXPECT_TRUE(options.shuffle);

  options = {};
  EXPECT_EQ(answer(readTrainOptions,
                   "--train a b --save s --valid d e --batch-tokens 9 --learning-rate 2 "
                   "--no-shuffle --minutes 0.5 --seed 9223372036854775807",
                   options, description),
            "fine");
  EXPECT_EQ(options.valid->target, "e");
  EXPECT_EQ(options.batch.tokens, 9);
  EXPECT_EQ(options.schedule.rate, 2);
  EXPECT_FALSE(options.shuffle);
  EXPECT_EQ(options.minutes, 0.5);
  EXPECT_EQ(options.seed, 9223372036854775807u);
}

TEST(TrainOptionsTest, RefuseWhatContradictsItself) {
  EXPECT_THAT(train("--train a b c"), HasSubstr("--train a b c: a source and a target"));
  EXPECT_THAT(train("--batch-lines 3 --batch-tokens 3"), HasSubstr("measured by one of them"));
  EXPECT_THAT(train("--resume --init x"), HasSubstr("give one of them"));
  EXPECT_EQ(train("--patience 3"), "--patience needs --valid");
  EXPECT_THAT(train("--steps 0"),
              HasSubstr("--steps: 0 is not a whole number from 1 to 1000000000"));
  EXPECT_THAT(train("--steps x"), HasSubstr("--steps: x is not a whole number"));
  EXPECT_THAT(train("--steps 1.5"), HasSubstr("1.5 is not a whole number"));
  EXPECT_THAT(translate("--length-penalty x"), HasSubstr("x is not a number from -10 to 10"));
  EXPECT_THAT(train("--learning-rate nan"), HasSubstr("nan is not a number above 0"));

  Description description = test::toyDescription();
  description.train.schedule.kind = "plateau";
  EXPECT_THAT(train("", description), HasSubstr("needs --valid"));
  description.train.schedule.kind = "cosine";
  description.train.schedule.warmup = 8;
  EXPECT_THAT(train("", description), HasSubstr("needs --steps, more than the 8 of its warm-up"));
  EXPECT_THAT(train("--steps 8", description), HasSubstr("needs --steps"));
  TrainOptions options;
  EXPECT_EQ(answer(readTrainOptions, "--train a b --save s --steps 9", options, description),
            "fine");
  EXPECT_EQ(options.schedule.steps, 9);
  description.train.schedule.steps = 20;
  options = {};
  EXPECT_EQ(answer(readTrainOptions, "--train a b --save s --steps 9", options, description),
            "fine");
  EXPECT_EQ(options.schedule.steps, 20);
}

} // namespace
} // namespace loup
