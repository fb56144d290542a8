#include "ir/masks/PositionBound.h"

#include "ir/masks/MaskExpression.h"
#include "tests/ir/masks/RandomMask.h"

#include <gmock/gmock.h>

namespace loup {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Dependence mask(const std::string &text, const char *side = "source") {
  return Dependence::mask(MaskExpression::parse(text).allowed(), side);
}

std::vector<PositionBound> bounds(const std::string &text) { return boundsAbove(mask(text)); }

TEST(PositionBound, IsReadOffAMask) {
  EXPECT_THAT(bounds("causal"), ElementsAre(PositionBound{1, 0, 1}));
  EXPECT_THAT(bounds("k <= q + 3 & padding"), ElementsAre(PositionBound{1, 3, 1}));
  EXPECT_THAT(bounds("sink(5)"), ElementsAre(PositionBound{0, 4, 1}));
  EXPECT_THAT(bounds("2 * k <= q + 3"), ElementsAre(PositionBound{1, 3, 2}));
  EXPECT_THAT(bounds("k == 2 * q - 1"), ElementsAre(PositionBound{2, -1, 1}));
  EXPECT_THAT(bounds("padding"), IsEmpty());
  EXPECT_THAT(bounds("k <= q | prefix"), IsEmpty());
  EXPECT_THAT(boundsAbove(Dependence::all(1, 1)), IsEmpty());
}

TEST(PositionBound, OfAlternativesHoldsForEach) {
  EXPECT_THAT(bounds("causal | sink(3)"), ElementsAre(PositionBound{1, 2, 1}));
  EXPECT_THAT(bounds("k <= q + 1 | k == 2 * q"), ElementsAre(PositionBound{2, 1, 1}));
  EXPECT_THAT(bounds("causal | padding"), IsEmpty());
  EXPECT_THAT(bounds("k <= q + 3 & k < 10"),
              UnorderedElementsAre(PositionBound{0, 9, 1}, PositionBound{1, 3, 1}));
  EXPECT_THAT(bounds("k < q & k > q"), ElementsAre(PositionBound{0, -1, 1}));
}

TEST(PositionBound, IsThatOfAllLayersTogether) {
  // An encoder that looks one ahead in each of two layers, behind a decoder that waits for three.
  Dependence encoder = mask("k <= q + 1").compose(mask("k <= q + 1"));
  Dependence crossing = mask("causal", "target").compose(mask("k <= q + 3"));
  EXPECT_THAT(boundsAbove(crossing.compose(encoder)), ElementsAre(PositionBound{1, 5, 1}));
  EXPECT_THAT(boundsAbove(crossing.compose(mask("padding"))), IsEmpty());
  EXPECT_THAT(boundsAbove(mask("k - k % 4 <= q - q % 4")), ElementsAre(PositionBound{1, 3, 1}));
}

TEST(PositionBound, HoldsForEveryPairOfRandomMasks) {
  constexpr int64_t positions = 14;
  std::mt19937 random(11);
  int bounded = 0;
  for (int round = 0; round < 300; ++round) {
    test::RandomMask drawn = test::randomMask(random, 2, test::Language::Whole);
    SCOPED_TRACE(drawn.text);
    std::vector<PositionBound> found = bounds(drawn.text);
    bounded += !found.empty();
    for (int64_t length = 0; length < positions; length += 3)
      for (int64_t q = 0; q < positions; ++q)
        for (int64_t k = 0; k < positions; ++k)
          if (drawn.allows(q, k, length, length / 2))
            for (const PositionBound &bound : found)
              ASSERT_LE(k * bound.divisor, bound.slope * q + bound.constant)
                  << "q=" << q << " k=" << k << " length=" << length;
  }
  EXPECT_GT(bounded, 50);
}

} // namespace
} // namespace loup
