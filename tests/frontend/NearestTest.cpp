#include "frontend/Nearest.h"

#include <gtest/gtest.h>

namespace loup {
namespace {

const std::vector<std::string_view> keys = {"width", "length", "dropout", "norm", "norm_epsilon"};

TEST(Nearest, FindsWhatWasProbablyMeant) {
  EXPECT_EQ(nearestWord("widht", keys), "width");  // swapped
  EXPECT_EQ(nearestWord("wdth", keys), "width");   // missing
  EXPECT_EQ(nearestWord("widthe", keys), "width"); // additional
  EXPECT_EQ(nearestWord("wideh", keys), "width");  // changed
  EXPECT_EQ(nearestWord("DropOut", keys), "dropout");
  EXPECT_EQ(nearestWord("norms", keys), "norm");
}

TEST(Nearest, SaysNothingOfWordsThatAreFar) {
  EXPECT_EQ(nearestWord("heads", keys), "");
  EXPECT_EQ(nearestWord("", keys), "");
  EXPECT_EQ(nearestWord("width", {}), "");
  EXPECT_EQ(nearestWord(std::string(100000, 'w'), keys), "");
}

TEST(Nearest, ListsAllWordsWhereNoneIsNear) {
  EXPECT_EQ(listWords({"a"}), "'a'");
  EXPECT_EQ(listWords({"a", "b"}), "'a' or 'b'");
  EXPECT_EQ(listWords({"a", "b", "c"}), "'a', 'b' or 'c'");
  EXPECT_EQ(whatInstead("pst", {"post", "pre"}), "did you mean 'post'?");
  EXPECT_EQ(whatInstead("between", {"post", "pre"}), "expected 'post' or 'pre'");
}

} // namespace
} // namespace loup
