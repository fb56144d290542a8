#include "frontend/Diagnostics.h"

#include <gmock/gmock.h>

namespace loup {
namespace {

SourceRange range(uint32_t line, uint32_t column, uint32_t length) {
  return {line, column, line, column + length};
}

TEST(Diagnostics, ShowsTheLineAndTheCaret) {
  Diagnostics diagnostics({"a.toml", "one = 1\ntwo = 22\n"});
  diagnostics.error(range(2, 7, 2), "too much").note(range(1, 1, 3), "more than this");
  EXPECT_EQ(diagnostics.text(false), "a.toml:2:7: error: too much\n"
                                     "    2 | two = 22\n"
                                     "      |       ^~\n"
                                     "a.toml:1:1: note: more than this\n"
                                     "    1 | one = 1\n"
                                     "      | ^~~\n");
}

TEST(Diagnostics, KeepsTheOrderOfTheFile) {
  Diagnostics diagnostics({"a.toml", "1\n2\n3\n"});
  diagnostics.error(range(3, 1, 1), "c");
  diagnostics.warning(range(1, 1, 1), "a");
  diagnostics.error(range(2, 1, 1), "b");
  diagnostics.error({}, "of the whole file");
  diagnostics.error(range(2, 1, 1), "b, reported later");
  std::string text = diagnostics.text(false);
  EXPECT_THAT(text, testing::MatchesRegex("a.toml: error: of the whole file\n"
                                          "a.toml:1:1: warning: a\n.*"
                                          "a.toml:2:1: error: b\n.*"
                                          "a.toml:2:1: error: b, reported later\n.*"
                                          "a.toml:3:1: error: c\n.*"));
  EXPECT_EQ(diagnostics.errors(), 4);
}

TEST(Diagnostics, StopsAfterFifty) {
  Diagnostics diagnostics({"a.toml", std::string(100, '\n')});
  for (uint32_t line = 1; line <= 60; ++line)
    diagnostics.error(range(line, 1, 1), "again");
  std::string text = diagnostics.text(false);
  EXPECT_THAT(text, testing::HasSubstr("a.toml:50:1:"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("a.toml:51:1:")));
  EXPECT_THAT(text, testing::EndsWith("a.toml: and 10 more\n"));
}

TEST(Diagnostics, IsColouredOnlyWhenAsked) {
  Diagnostics diagnostics({"a.toml", "one\n"});
  diagnostics.error(range(1, 1, 3), "no");
  EXPECT_THAT(diagnostics.text(true), testing::HasSubstr("\033[1;31merror:\033[0m"));
  EXPECT_THAT(diagnostics.text(false), testing::Not(testing::HasSubstr("\033")));
}

TEST(Diagnostics, EndsARangeOfSeveralLinesWithTheFirst) {
  Diagnostics diagnostics({"a.toml", "a = [ 1,\n2 ]\n"});
  diagnostics.error({1, 5, 2, 4}, "no");
  EXPECT_THAT(diagnostics.text(false), testing::EndsWith("    1 | a = [ 1,\n      |     ^~~~\n"));
}

TEST(Diagnostics, SurvivesPlacesOutsideTheFile) {
  Diagnostics diagnostics({"a.toml", "a"});
  diagnostics.error(range(7, 9, 3), "no");
  diagnostics.error(range(1, 9, 3), "no");
  EXPECT_THAT(diagnostics.text(false), testing::HasSubstr("    1 | a\n      |  ^\n"));
}

TEST(SourceFile, GivesLinesWithoutTheirEndsAndMarks) {
  SourceFile file{"a.toml", "\uFEFFone\r\ntwo\n\nfour"};
  EXPECT_EQ(file.line(1), "one");
  EXPECT_EQ(file.line(2), "two");
  EXPECT_EQ(file.line(3), "");
  EXPECT_EQ(file.line(4), "four");
  EXPECT_EQ(file.line(5), "");
  EXPECT_EQ(file.lineCount(), 4u);
}

} // namespace
} // namespace loup
