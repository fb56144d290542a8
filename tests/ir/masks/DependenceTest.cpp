#include "ir/masks/Dependence.h"

#include "ir/masks/MaskExpression.h"
#include "tests/ir/masks/RandomMask.h"

#include <gmock/gmock.h>

#include <chrono>

namespace loup {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Dependence mask(const std::string &text, const char *axis = "target") {
  return Dependence::mask(MaskExpression::parse(text).allowed(), axis);
}

/// Whether two relations without lengths have the same pairs, everywhere.
void expectEqual(const Dependence &a, const Dependence &b) {
  EXPECT_TRUE(a.pairs().isEqual(b.pairs()));
}

TEST(Dependence, ComposesTheRelationsOfLayers) {
  Dependence shift = mask("k == q - 1"), causal = mask("causal");
  expectEqual(Dependence::identity().compose(causal), causal);
  expectEqual(causal.compose(Dependence::identity()), causal);
  expectEqual(causal.compose(causal), causal);
  expectEqual(causal.compose(shift), mask("k <= q - 1"));
  expectEqual(shift.compose(shift), mask("k == q - 2"));
  expectEqual(mask("causal & window(4)").compose(mask("causal & window(4)")),
              mask("causal & window(7)"));
  expectEqual(Dependence::all().compose(causal), Dependence::all());
  expectEqual(causal.compose(Dependence::none()), Dependence::none());
  expectEqual(mask("k == 2 * q").compose(mask("k == 2 * q")), mask("k == 4 * q"));
}

TEST(Dependence, UnitesTheBranchesOfResiduals) {
  Dependence residual = Dependence::identity().unite(mask("k == q - 1"));
  expectEqual(residual, mask("causal & window(2)"));
  expectEqual(residual.intersect(Dependence::identity()), Dependence::identity());
}

TEST(Dependence, KeepsTheLengthsOfEachAxisApart) {
  Dependence cross = mask("padding", "source");
  EXPECT_THAT(cross.axes(), ElementsAre("source"));
  Dependence through = mask("causal & padding", "target").compose(cross);
  EXPECT_THAT(through.axes(), ElementsAre("source", "target"));
  EXPECT_TRUE(through.contains(2, 4, {5, 1}));
  EXPECT_FALSE(through.contains(2, 5, {5, 1})); // the source has 5 tokens
  EXPECT_FALSE(through.contains(2, 4, {5, 0})); // no target position to look through
  EXPECT_THAT(mask("causal").axes(), IsEmpty());
}

TEST(Dependence, RestrictsToRealPositions) {
  Dependence real = Dependence::all().ofRealResults("target").onRealOperands("source");
  EXPECT_THAT(real.axes(), ElementsAre("source", "target"));
  EXPECT_TRUE(real.contains(1, 2, {3, 2}));
  EXPECT_FALSE(real.contains(2, 2, {3, 2}));
  EXPECT_FALSE(real.contains(1, 3, {3, 2}));
  EXPECT_TRUE(mask("!padding").onRealOperands("target").isEmpty());
}

TEST(Dependence, AgreesWithEnumerationOnRandomMasks) {
  // A witness in the middle may lie beyond the positions compared; numbers up to 5 keep it below.
  constexpr int64_t positions = 6, middle = 80;
  std::mt19937 random(4);
  int exact = 0;
  for (int round = 0; round < 150; ++round) {
    testing::RandomMask a = testing::randomMask(random, 1), b = testing::randomMask(random, 1);
    SCOPED_TRACE(a.text + "   then   " + b.text);
    Dependence composed = mask(a.text).compose(mask(b.text));
    Dependence united = mask(a.text).unite(mask(b.text));
    exact += composed.isExact();
    for (int64_t length = 0; length < 7; length += 3) {
      std::vector<int64_t> composedLengths(composed.axes().size(), length);
      std::vector<int64_t> unitedLengths(united.axes().size(), length);
      for (int64_t q = 0; q < positions; ++q)
        for (int64_t k = 0; k < positions; ++k) {
          bool reaches = false;
          for (int64_t m = 0; m < middle && !reaches; ++m)
            reaches = a.allows(q, m, length) && b.allows(m, k, length);
          bool composes = composed.contains(q, k, composedLengths);
          ASSERT_TRUE(composed.isExact() ? composes == reaches : composes >= reaches)
              << "q=" << q << " k=" << k << " length=" << length;
          ASSERT_EQ(united.contains(q, k, unitedLengths),
                    a.allows(q, k, length) || b.allows(q, k, length));
        }
    }
  }
  EXPECT_GT(exact, 140);
}

TEST(Dependence, SaysWhereFractionsTookPart) {
  Dependence pace = mask("4 * k >= 3 * q").compose(mask("4 * k >= 3 * q"));
  EXPECT_FALSE(pace.isExact());
  EXPECT_TRUE(pace.contains(16, 9, {}));
  EXPECT_FALSE(pace.contains(16, 8, {}));
  EXPECT_TRUE(mask("k <= 2 * q").compose(mask("k <= 2 * q")).isExact());
}

TEST(Dependence, WidensWhatGrowsTooLargeAndSaysSo) {
  std::string stripes = "causal & (k == 0";
  for (int i = 1; i < 20; ++i)
    stripes += " | k == " + std::to_string(3 * i);
  Dependence wide = mask(stripes + ")").compose(mask(stripes + ")"));
  EXPECT_FALSE(wide.isExact());
  expectEqual(wide, mask("causal"));
}

TEST(Dependence, StaysSmallThroughManyLayers) {
  Dependence layer =
      Dependence::identity().unite(mask("causal & padding & (window(64) | sink(4))"));
  Dependence model = Dependence::identity();
  auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 24; ++i)
    model = layer.compose(model);
  std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_LT(seconds.count(), 1);
  EXPECT_TRUE(model.isExact());
  EXPECT_LE(model.pairs().getNumDisjuncts(), 3u);
  EXPECT_TRUE(model.contains(24 * 63 + 100, 100, {5000}));
  EXPECT_FALSE(model.contains(24 * 63 + 100, 99, {5000}));
}

} // namespace
} // namespace loup
