#include "frontend/explain/LineDiff.h"

#include <gmock/gmock.h>

#include <random>
#include <string>

namespace loup {
namespace {

using testing::ElementsAre;
using testing::Pair;
using Lines = std::vector<std::string_view>;

/// As a reader sees it: a sign and the line.
std::vector<std::string> shown(const Lines &before, const Lines &after) {
  std::vector<std::string> lines;
  for (const LineRun &run : diffLines(before, after))
    for (size_t i = run.first; i < run.first + run.count; ++i)
      lines.push_back(run.change == Change::Kept      ? "  " + std::string(before[i])
                      : run.change == Change::Removed ? "- " + std::string(before[i])
                                                      : "+ " + std::string(after[i]));
  return lines;
}

TEST(LineDiff, CutsLines) {
  EXPECT_THAT(linesOf("a\n\nb\n"), ElementsAre("a", "", "b"));
  EXPECT_THAT(linesOf("a\nb"), ElementsAre("a", "b"));
  EXPECT_THAT(linesOf(""), ElementsAre());
}

TEST(LineDiff, KeepsWhatIsTheSame) {
  EXPECT_THAT(diffLines({"a", "b"}, {"a", "b"}), ElementsAre(LineRun{Change::Kept, 0, 2}));
  EXPECT_THAT(diffLines({}, {}), ElementsAre());
}

TEST(LineDiff, ShowsWhatIsNewAndWhatIsGone) {
  EXPECT_THAT(shown({"a", "b", "c"}, {"a", "c", "d"}), ElementsAre("  a", "- b", "  c", "+ d"));
  EXPECT_THAT(shown({}, {"a"}), ElementsAre("+ a"));
  EXPECT_THAT(shown({"a"}, {}), ElementsAre("- a"));
}

TEST(LineDiff, AlignsByLinesThatAreThereOnce) {
  EXPECT_THAT(shown({"f", "{", "x", "}", "g", "{", "y", "}"}, {"g", "{", "y", "}"}),
              ElementsAre("- f", "- {", "- x", "- }", "  g", "  {", "  y", "  }"));
}

TEST(LineDiff, PutsAnOpBesideWhatItWas) {
  EXPECT_THAT(shown({"%a = 1", "%b = 2", "%c = 3"}, {"%a = 4", "%b = 5", "%d = 6"}),
              ElementsAre("- %a = 1", "+ %a = 4", "- %b = 2", "+ %b = 5", "- %c = 3", "+ %d = 6"));
}

/// What sets two lines apart, in brackets.
std::pair<std::string, std::string> apart(std::string before, std::string after) {
  SharedEnds ends = sharedEnds(before, after);
  for (std::string *line : {&before, &after}) {
    line->insert(line->size() - ends.end, "]");
    line->insert(ends.begin, "[");
  }
  return {before, after};
}

TEST(LineDiff, TellsWhatSetsLinesApartInWholeWords) {
  EXPECT_THAT(apart("%a = f %b {rate = 1}", "%a = f %b {bounds = 3, rate = 1}"),
              Pair("%a = f %b {[]rate = 1}", "%a = f %b {[bounds = 3, ]rate = 1}"));
  EXPECT_THAT(apart("%a = add %ab, %cd", "%a = add %aab, %cd"),
              Pair("%a = add [%ab], %cd", "%a = add [%aab], %cd"));
  EXPECT_THAT(apart("%a, %a", "%a, %a, %a"), Pair("%a, %a[]", "%a, %a[, %a]"));
  EXPECT_THAT(apart("%a", "%b"), Pair("[%a]", "[%b]"));
  EXPECT_THAT(apart("", "x"), Pair("[]", "[x]"));
}

// Removed and kept lines are the earlier text, added and kept ones the later.
TEST(LineDiff, LosesNothing) {
  std::mt19937 random(7);
  for (int trial = 0; trial < 500; ++trial) {
    static const std::string words[] = {"a", "b x", "b y", "c", "d", "}", "", "  b z"};
    Lines before, after;
    for (Lines *lines : {&before, &after})
      for (size_t count = random() % 12; lines->size() < count;)
        lines->push_back(words[random() % std::size(words)]);
    Lines rebuiltBefore, rebuiltAfter;
    size_t nextBefore = 0, nextAfter = 0;
    for (const LineRun &run : diffLines(before, after))
      for (size_t i = run.first; i < run.first + run.count; ++i) {
        if (run.change != Change::Added) {
          EXPECT_EQ(i, nextBefore++);
          rebuiltBefore.push_back(before[i]);
        }
        if (run.change == Change::Kept)
          rebuiltAfter.push_back(before[i]);
        if (run.change == Change::Added)
          rebuiltAfter.push_back(after[i]);
        nextAfter += run.change != Change::Removed;
      }
    EXPECT_EQ(rebuiltBefore, before);
    EXPECT_EQ(rebuiltAfter, after);
    EXPECT_EQ(nextAfter, after.size());
  }
}

} // namespace
} // namespace loup
