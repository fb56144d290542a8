#include "ir/masks/MaskSet.h"

#include "ir/masks/MaskExpression.h"

#include <gtest/gtest.h>

namespace loup {
namespace {

MaskSet mask(const char *text) { return MaskExpression::parse(text).allowed(); }

TEST(MaskSet, JoinsSetsPairByPair) {
  MaskSet causal = mask("causal"), early = mask("sink(2)");
  MaskSizes sizes{5, 5, 5};
  for (int64_t q = 0; q < 5; ++q)
    for (int64_t k = 0; k < 5; ++k) {
      EXPECT_EQ(causal.intersect(early).contains(q, k, sizes), k <= q && k < 2);
      EXPECT_EQ(causal.unite(early).contains(q, k, sizes), k <= q || k < 2);
      EXPECT_EQ(causal.complement().contains(q, k, sizes), k > q);
    }
}

TEST(MaskSet, KnowsWhenNoPairIsLeft) {
  EXPECT_TRUE(MaskSet::all().complement().isEmpty());
  EXPECT_FALSE(MaskSet::all().isEmpty());
  EXPECT_TRUE(mask("causal & k > q").isEmpty());
  EXPECT_TRUE(mask("2 * k == 2 * q + 1").isEmpty()); // has rational points only
  EXPECT_TRUE(mask("causal").unite(mask("causal").complement()).complement().isEmpty());
}

TEST(MaskSet, SaysItselfInTheReadersTerms) {
  EXPECT_EQ(mask("causal").describe(), "k <= q");
  EXPECT_EQ(mask("padding").describe(), "k < length");
  EXPECT_EQ(mask("causal & padding").describe(), "k <= q and k < length");
  EXPECT_EQ(mask("window(64)").describe(), "q <= k + 63 and k <= q + 63");
  EXPECT_EQ(mask("sink(4) | k >= q + 2").describe(), "k <= 3 or q + 2 <= k");
  EXPECT_EQ(mask("k == q - 1").describe(), "k + 1 == q");
  EXPECT_EQ(mask("q >= 3").describe(), "q >= 3");
  EXPECT_EQ(mask("2 * k < q").describe(), "2 * k < q");
  EXPECT_EQ(mask("(q - k) % 8 == 0").describe(), "(q - k) % 8 == 0");
  EXPECT_EQ(mask("causal & (window(64) | (q - k) % 8 == 0)").describe(),
            "(k <= q and (q - k) % 8 == 0) or "
            "(k <= q and q <= k + 63 and (q - k) % 8 in {1, 2, 3, 4, 5, 6, 7})");
  EXPECT_EQ(mask("q % 2 == 0 & k % 4 < 2").describe(), "(q % 4 in {0, 2} and k % 4 in {0, 1})");
  EXPECT_EQ(mask("prefix | k <= q & present").describe(), "k < prefix or (k <= q and present)");
  EXPECT_EQ(mask("!present & q % 2 == 1").describe(), "not present and q % 2 == 1");
  EXPECT_EQ(MaskSet::all().describe(), "every pair");
  EXPECT_EQ(MaskSet::all().complement().describe(), "no pair");
}

TEST(MaskSet, StaysAsSmallAsWhatItSays) {
  EXPECT_EQ(mask("causal | sink(1) | k <= q & window(3)").alternatives().size(), 2u);
  EXPECT_EQ(mask("k <= 5 | k >= 5").describe(), "every pair");
  EXPECT_EQ(mask("!(!causal | !padding)").describe(), mask("causal & padding").describe());
  EXPECT_EQ(mask("k % 4 < 2 | k % 4 >= 2").modulus(), 1);
  EXPECT_EQ(mask("k % 6 < 3 & k % 2 == 0 | k % 6 >= 3 & k % 2 == 0").modulus(), 2);
  EXPECT_EQ(mask("causal & k % 2 == 0 | causal & k % 2 == 1").describe(), "k <= q");
}

TEST(MaskSet, ClassesShareThePointsTheyCan) {
  // As they are written, each of the 4096 classes has conditions of its own.
  EXPECT_LE(mask("k - k % 64 <= q - q % 64").size(), 2u);
  EXPECT_LE(mask("k - k % 64 == q - q % 64").size(), 4u);
  EXPECT_LE(mask("causal & padding & (q - k) % 64 < 7").size(), 1u);
  EXPECT_LE(mask("k <= q + 3 - (q + 1) % 16").size(), 2u);
}

TEST(MaskSet, DroppingClassesLosesNoMoreThanItMust) {
  EXPECT_EQ(mask("k <= q + 1 & (q - k) % 2 == 0").withoutClasses().describe(), "k <= q");
  EXPECT_EQ(mask("k - k % 4 <= q - q % 4").withoutClasses().describe(), "k <= q + 3");
  EXPECT_EQ(mask("causal & (q - k) % 4 == 0").withoutClasses().describe(), "k <= q");
}

} // namespace
} // namespace loup
