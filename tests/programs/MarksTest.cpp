// What the data tell masks: which tokens are present, how many are given, where documents end.
#include "tests/programs/ProgramTest.h"

#include <cmath>

namespace loup::test {
namespace {

using testing::Contains;
using testing::ContainsRegex;
using testing::DoubleNear;
using testing::Field;
using testing::Pointwise;

/// The lines of writeIds() hold 4 to 32, and so every token with a meaning, in any place.
class Marks : public ProgramTest {
protected:
  Marks() : ProgramTest("marks") {
    writeIds("train", 100);
    writeIds("unseen", 40);
    // All tokens absent; the prefix's end first, last and twice; documents of one token.
    writeFile(folder / "edges.src",
              "7\n7 7 7\n5 8 9\n8 9 5\n8 5 9 5 10\n6 6 6\n8 6 7 7 6 9\n7 8 7\n");
    writeFile(folder / "edges.tgt", "11\n11 11 11\n11 9\n9 11\n11 9 11\n12\n13 14\n15 11 11\n");
  }

  void use(const std::string &schedule) { programs = LOUP_BUILT "/marks-" + schedule; }

  std::string model = folder / "model";
};

TEST_F(Marks, EveryRungScoresEdgesAlike) {
  use("textbook");
  train(model, {"--steps", "25"});
  std::vector<std::vector<double>> expected;
  for (const std::string &rung : split(LOUP_RUNGS, " ")) {
    SCOPED_TRACE(rung);
    use(rung);
    auto scores = score(model, readFile(folder / "edges.src"), readFile(folder / "edges.tgt"));
    if (expected.empty())
      expected = scores;
    ASSERT_EQ(scores.size(), 8u);
    for (size_t line = 0; line < scores.size(); ++line)
      EXPECT_THAT(scores[line], Pointwise(DoubleNear(1e-4), expected[line])) << line;
  }
}

class MarksOf : public Marks, public testing::WithParamInterface<const char *> {
protected:
  MarksOf() {
    use(GetParam());
    train(model, {"--steps", "150", "--threads", "2"});
    input = readFile(folder / "unseen.src") + readFile(folder / "edges.src");
  }

  std::string input;
};

INSTANTIATE_TEST_SUITE_P(Schedules, MarksOf, testing::Values("textbook", "specialised", "packed"),
                         [](const auto &schedule) { return schedule.param; });

TEST_P(MarksOf, StepsAgreeWithTeacherForcing) {
  std::vector<Found> found = searchUnderLimits(model, input, "5", {"1", "3", "6", "15"});
  EXPECT_THAT(found, Contains(Field(&Found::text, ContainsRegex(" 11 ")))); // absent on the target
  expectStepsOfTeacherForcing(model, input, found);
}

TEST_P(MarksOf, ASentenceDoesNotKnowItsBatch) {
  std::vector<std::string> together = translate(model, input, {"--beam", "4", "--n-best", "4"});
  EXPECT_EQ(translate(model, input, {"--beam", "4", "--n-best", "4", "--batch-tokens", "1"}),
            together);
  std::string targets = readFile(folder / "unseen.tgt") + readFile(folder / "edges.tgt");
  std::vector<std::vector<double>> all = score(model, input, targets);
  std::vector<std::string> sources = split(input, "\n"), references = split(targets, "\n");
  for (size_t line : {0, 7, 40, 41, 45, 46})
    EXPECT_EQ(score(model, sources[line] + "\n", references[line] + "\n")[0], all[line]) << line;
}

/// Programs whose target sees some of the source only: what it does not see may be anything.
class SeenOf : public ProgramTest {
protected:
  SeenOf(const std::string &description, const std::string &schedule)
      : ProgramTest(description, schedule) {}

  /// The target's log-probabilities behind a source.
  std::vector<double> of(const std::string &source) {
    return score(model, source + "\n", "9 8 7 6\n")[0];
  }

  std::string model = folder / "model";
};

class Column : public SeenOf, public testing::WithParamInterface<const char *> {
protected:
  Column() : SeenOf("column", GetParam()) {
    writeIds("train", 100);
    std::string sources;
    for (const std::string &line : split(readFile(folder / "train.src"), "\n")) {
      sources += line + "\t";
      for (size_t i = 0; i < split(line, " ").size(); ++i)
        sources += (i + sources.size()) % 4 == 0 ? "0" : "1";
      sources += "\n";
    }
    writeFile(folder / "train.src", sources);
    train(model, {"--steps", "30"});
  }
};

INSTANTIATE_TEST_SUITE_P(Schedules, Column, testing::Values("specialised", "packed"),
                         [](const auto &schedule) { return schedule.param; });

TEST_P(Column, WordsThatAreAbsentMayBeAny) {
  EXPECT_EQ(of("8 9 5 10\t1011"), of("8 30 5 10\t1011")); // in the prefix
  EXPECT_EQ(of("8 9 5 10\t0111"), of("31 9 5 10\t0111")); // the first
  EXPECT_EQ(of("8 9 10 5\t1101"), of("8 9 32 5\t1 1 0 1"));
  EXPECT_NE(of("8 9 5 10\t1111"), of("8 30 5 10\t1111"));
  EXPECT_NE(of("8 9 5 10\t1011"), of("8 9 5 10\t1111"));
}

TEST_P(Column, WhatIsBehindThePrefixIsNotSeenBeforeIt) {
  EXPECT_EQ(of("8 9 5 10 11\t11111"), of("8 9 5 30 31\t11111"));
  EXPECT_NE(of("8 9 12 5 11\t11111"), of("8 9 13 5 11\t11111"));
  EXPECT_NE(of("8 9 12 10 5\t11111"), of("8 9 12 30 5\t11111"));
  EXPECT_EQ(of("8 9 12 10 11\t11111"), of("8 9 30 31 32\t11111")); // none
}

TEST_P(Column, WithoutAnyWordPresentTheTargetSeesNone) {
  std::vector<double> none = of("8 9 5\t000");
  EXPECT_EQ(of("12 13 5\t000"), none);
  for (double probability : none)
    EXPECT_TRUE(std::isfinite(probability));
}

TEST_P(Column, MistakesAreLocated) {
  Words translating{translator(), "--model", model};
  expectError(translating, "8 9\t1\n",
              "standard input, line 1: 2 words and 1 flag behind the TAB; each word has one");
  expectError(translating, "8 9\n", "standard input, line 1: no TAB; behind the text");
  expectError(translating, "8 9\t12\n", "standard input, line 1: '2' behind the TAB;");
  writeFile(folder / "train.src", "8 9\t111\n");
  writeFile(folder / "train.tgt", "8 9\n");
  expectError(trainCommand(folder / "other", {}), "",
              "train.src, line 1: 2 words and 3 flags behind the TAB");
}

TEST_P(Column, OneFileOfBothSidesHasThreeColumns) {
  writeFile(folder / "both", "8 9\t10\t12 13\n");
  Words training{trainer(), "--quiet", "--save",  folder / "other",
                 "--steps", "2",       "--train", folder / "both"};
  EXPECT_EQ(run(training).code, 0);
  writeFile(folder / "both", "8 9\t12 13\n");
  expectError(training, "", "line 1: 2 columns, but source TAB flags TAB target are three");
}

class Documents : public SeenOf, public testing::WithParamInterface<const char *> {
protected:
  Documents() : SeenOf("documents", GetParam()) {
    writeFile(folder / "train.src", "a b <doc> c d e <doc> f\nb c\ng <doc> h i\n");
    writeFile(folder / "train.tgt", "8 9 10\n9 10\n11 12\n");
    train(model, {"--steps", "30"});
  }
};

INSTANTIATE_TEST_SUITE_P(Schedules, Documents, testing::Values("specialised", "packed"),
                         [](const auto &schedule) { return schedule.param; });

TEST_P(Documents, AreNotSeenFromOthers) {
  EXPECT_EQ(of("a b c <doc> d e <doc> f"), of("a b c <doc> g h <doc> i"));
  EXPECT_EQ(of("a b c <doc> d e"), of("a b c <doc>")); // the end is a document of its own
  EXPECT_NE(of("a b c <doc> d e"), of("a b d <doc> d e"));
  EXPECT_NE(of("<doc> d e"), of("<doc> d f")); // the second position is the second one's
}

} // namespace
} // namespace loup::test
