#include "ir/masks/PairCount.h"
#include "ir/masks/MaskExpression.h"

#include <gtest/gtest.h>

namespace loup {
namespace {

TEST(PairCount, IsThatOfLookingAtEachPair) {
  for (const char *words :
       {"causal", "padding", "causal & padding", "window(3)", "causal & window(3) & padding",
        "causal & (window(2) | sink(2))", "!causal", "k == q", "k != q & padding", "q < 2 & k > 5",
        "2 * k <= q", "3 * k + 1 >= 2 * q & padding", "(q - k) % 3 == 0",
        "k <= q & (q - k < 2 | (q - k) % 4 == 0) & padding", "k - k % 4 <= q - q % 4 & padding",
        "k % 2 == 0 | k % 3 == 0", "k <= q + 3 & padding"}) {
    SCOPED_TRACE(words);
    MaskSet allowed = MaskExpression::parse(words).allowed();
    PairCount count(allowed);
    for (const MaskSizes &sizes : {MaskSizes{7, 11, 9}, MaskSizes{11, 7, 7}, MaskSizes{1, 1, 1},
                                   MaskSizes{0, 3, 3}, MaskSizes{3, 0, 0}}) {
      int64_t all = 0;
      for (int64_t q = 0; q < sizes.queries; ++q) {
        int64_t keys = 0;
        for (int64_t k = 0; k < sizes.keys; ++k)
          keys += allowed.contains(q, k, sizes);
        EXPECT_EQ(count.keysOf(q, sizes), keys) << "q = " << q << " of " << sizes.queries;
        all += keys;
      }
      EXPECT_EQ(count.pairs(sizes), all);
    }
  }
}

TEST(PairCount, OfLongSequencesEndsSoon) {
  PairCount count(MaskExpression::parse("causal & window(64)").allowed());
  const int64_t n = 100000;
  EXPECT_EQ(count.pairs({n, n, n}), 64 * n - 64 * 63 / 2);
}

} // namespace
} // namespace loup
