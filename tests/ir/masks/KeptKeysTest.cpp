#include "ir/masks/KeptKeys.h"

#include "ir/masks/MaskExpression.h"
#include "tests/ir/masks/RandomMask.h"

#include <gtest/gtest.h>

namespace loup {
namespace {

std::optional<KeptKeys> kept(const std::string &text) {
  return keptKeys(MaskExpression::parse(text).allowed());
}

constexpr auto everything = std::nullopt;

TEST(KeptKeys, AreAllWhereALaterQueryMaySeeThem) {
  EXPECT_EQ(kept("causal"), everything);
  EXPECT_EQ(kept("causal & padding"), everything);
  EXPECT_EQ(kept("causal & (q - k) % 4 == 0"), everything);
  EXPECT_EQ(kept("2 * k <= q"), everything);
  EXPECT_EQ(kept("k <= q & 2 * k >= q"), everything); // the second half of the past
  EXPECT_EQ(kept("causal & k >= 3"), everything);
}

TEST(KeptKeys, AreTheLastOfAWindow) {
  EXPECT_EQ(kept("causal & window(4)"), (KeptKeys{0, 4}));
  EXPECT_EQ(kept("causal & window(4) & padding"), (KeptKeys{0, 4}));
  EXPECT_EQ(kept("causal & window(9) & (q - k) % 4 == 0"), (KeptKeys{0, 9}));
  EXPECT_EQ(kept("k == q"), (KeptKeys{0, 1}));
  EXPECT_EQ(kept("k == q - 2"), (KeptKeys{0, 3}));
  EXPECT_EQ(kept("causal & 2 * k >= 2 * q - 5"), (KeptKeys{0, 3}));
  EXPECT_EQ(kept("causal & k >= 3 * q - 8"), (KeptKeys{0, 3})); // at q = 2: none of four is seen
}

TEST(KeptKeys, AreTheFirstToo) {
  EXPECT_EQ(kept("causal & sink(4)"), (KeptKeys{4, 1}));
  EXPECT_EQ(kept("causal & (sink(2) | window(3)) & padding"), (KeptKeys{2, 3}));
  EXPECT_EQ(kept("causal & (k == 5 | window(3))"), (KeptKeys{6, 3}));
  EXPECT_EQ((KeptKeys{2, 3}.unite({0, 7})), (KeptKeys{2, 7}));
}

TEST(KeptKeys, AreNotForMasksThatSeeLaterOnes) {
  EXPECT_EQ(kept("window(3)"), everything);
  EXPECT_EQ(kept("sink(2)"), everything);
}

TEST(KeptKeys, HoldAllThatRandomMasksSeeLater) {
  constexpr int64_t positions = 16;
  std::mt19937 random(5);
  int bounded = 0;
  for (int round = 0; round < 300; ++round) {
    test::RandomMask drawn = test::randomMask(random, 1, test::Language::Whole);
    SCOPED_TRACE(drawn.text);
    MaskSet causal = MaskExpression::parse("causal").allowed();
    auto keys = keptKeys(causal.intersect(MaskExpression::parse(drawn.text).allowed()));
    if (!keys)
      continue;
    ++bounded;
    for (int64_t length = 0; length <= positions; length += 4)
      for (int64_t now = 0; now < positions; ++now)
        for (int64_t q = now; q < positions; ++q)
          for (int64_t k = 0; k <= now; ++k)
            if (drawn.allows(q, k, length, length / 2))
              ASSERT_TRUE(k < keys->first || k > now - keys->last)
                  << "k=" << k << " at " << now << " for q=" << q << " length=" << length;
  }
  EXPECT_GT(bounded, 50);
}

} // namespace
} // namespace loup
