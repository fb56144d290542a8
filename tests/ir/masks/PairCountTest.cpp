#include "ir/masks/PairCount.h"
#include "ir/masks/MaskExpression.h"

#include <gtest/gtest.h>

namespace loup {
namespace {

TEST(PairCount, IsThatOfLookingAtEachPair) {
  for (const char *words : {"causal",
                            "padding",
                            "causal & padding",
                            "window(3)",
                            "causal & window(3) & padding",
                            "causal & (window(2) | sink(2))",
                            "!causal",
                            "k == q",
                            "k != q & padding",
                            "q < 2 & k > 5",
                            "2 * k <= q",
                            "3 * k + 1 >= 2 * q & padding",
                            "(q - k) % 3 == 0",
                            "k <= q & (q - k < 2 | (q - k) % 4 == 0) & padding",
                            "k - k % 4 <= q - q % 4 & padding",
                            "k % 2 == 0 | k % 3 == 0",
                            "k <= q + 3 & padding",
                            "causal | prefix",
                            "present & (window(2) | prefix)",
                            "causal & !present",
                            "present | k == q | q % 3 == 1"}) {
    MaskSet allowed = MaskExpression::parse(words).allowed();
    PairCount count(allowed);
    for (const MaskSizes &sizes : {MaskSizes{7, 11, 9, 4}, MaskSizes{11, 7, 7}, MaskSizes{1, 1, 1},
                                   MaskSizes{0, 3, 3, 2}, MaskSizes{3, 0, 0}})
      for (int64_t k = 0; k < sizes.keys; ++k)
        for (bool isPresent : {true, false})
          for (int64_t first : {0, 1, 5}) {
            SCOPED_TRACE(testing::Message() << words << ", " << sizes.queries << " x " << sizes.keys
                                            << ", " << k << " " << isPresent << " " << first);
            int64_t queries = 0;
            for (int64_t q = first; q < sizes.queries; ++q)
              queries += allowed.contains(q, k, sizes, isPresent);
            EXPECT_EQ(count.queriesOf(k, sizes, isPresent, first), queries);
          }
  }
}

TEST(PairCount, OfLongSequencesEndsSoon) {
  PairCount count(MaskExpression::parse("causal & window(64)").allowed());
  const int64_t n = 100000;
  int64_t pairs = 0;
  for (int64_t k = 0; k < n; ++k)
    pairs += count.queriesOf(k, {n, n, n});
  EXPECT_EQ(pairs, 64 * n - 64 * 63 / 2);
}

} // namespace
} // namespace loup
