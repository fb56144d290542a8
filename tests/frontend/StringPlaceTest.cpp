#include "frontend/StringPlace.h"
#include "frontend/Toml.h"

#include <gtest/gtest.h>

namespace loup {
namespace {

/// The place of `part` in the value of `s`, as "line:column-line:column".
std::string place(const std::string &text, std::string_view part) {
  SourceFile file{"a.toml", text};
  auto parsed = toml::parse(text);
  if (!parsed)
    return std::string(parsed.error().description());
  const toml::node &node = *parsed.table().get("s");
  size_t offset = node.as_string()->get().find(part);
  SourceRange range = placeInString(file, rangeOf(node), offset, part.size());
  return std::to_string(range.line) + ":" + std::to_string(range.column) + "-" +
         std::to_string(range.endLine) + ":" + std::to_string(range.endColumn);
}

TEST(StringPlace, CountsCodePointsInPlainStrings) {
  EXPECT_EQ(place(R"(s = "causal & padding")", "padding"), "1:15-1:22");
  EXPECT_EQ(place(R"(s = "causal & padding")", "causal"), "1:6-1:12");
  EXPECT_EQ(place(R"(s = 'cau\sal & padding')", "padding"), "1:16-1:23");
  EXPECT_EQ(place(R"(s = "é日 & padding")", "padding"), "1:11-1:18");
  EXPECT_EQ(place(R"( "é" = 1
  s = "causal")",
                  "causal"),
            "2:8-2:14");
}

TEST(StringPlace, CountsEscapesAsTheyAreWritten) {
  EXPECT_EQ(place(R"(s = "\t\"\\ k")", "k"), "1:13-1:14");
  EXPECT_EQ(place(R"(s = "\u0041\u00e9\u65e5\U0001F469 k")", "k"), "1:35-1:36");
}

TEST(StringPlace, FollowsStringsOverLines) {
  EXPECT_EQ(place("s = \"\"\"\ncausal\n & k\"\"\"", "k"), "3:4-3:5");
  EXPECT_EQ(place("s = \"\"\"\r\ncausal\r\n & k\"\"\"", "k"), "3:4-3:5");
  EXPECT_EQ(place("s = \"\"\"causal\n & k\"\"\"", "k"), "2:4-2:5");
  EXPECT_EQ(place("s = '''\ncausal\\\n & k'''", "k"), "3:4-3:5");
}

TEST(StringPlace, PassesLinesThatAreJoined) {
  EXPECT_EQ(place("s = \"\"\"\\\n   causal & \\\n\n \n   k\"\"\"", "causal"), "2:4-2:10");
  EXPECT_EQ(place("s = \"\"\"\\\n   causal & \\\n\n \n   k\"\"\"", "k"), "5:4-5:5");
  EXPECT_EQ(place("s = \"\"\"a\\  \n  k\"\"\"", "k"), "2:3-2:4");
}

TEST(StringPlace, FindsTheEnd) {
  SourceFile file{"a.toml", "s = \"abc\""};
  SourceRange range = placeInString(file, {1, 5, 1, 10}, 3, 0);
  EXPECT_EQ(range.column, 9u);
  EXPECT_EQ(range.endColumn, 9u);
  range = placeInString(file, {1, 5, 1, 10}, 1000, 10);
  EXPECT_GT(range.line, 1u); // outside, but it ends
}

} // namespace
} // namespace loup
