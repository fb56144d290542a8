#include "ir/masks/ClassDependence.h"

#include "ir/masks/MaskExpression.h"
#include "tests/ir/masks/RandomMask.h"

#include <gmock/gmock.h>

#include <chrono>
#include <numeric>

namespace loup {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Dependence mask(const std::string &text, const char *side = "target") {
  return Dependence::mask(MaskExpression::parse(text).allowed(), side);
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
  expectEqual(Dependence::all(1, 1).compose(causal), Dependence::all(1, 1));
  expectEqual(causal.compose(Dependence::none(1, 1)), Dependence::none(1, 1));
  expectEqual(mask("k == 2 * q").compose(mask("k == 2 * q")), mask("k == 4 * q"));
}

TEST(Dependence, UnitesTheBranchesOfResiduals) {
  Dependence residual = Dependence::identity().unite(mask("k == q - 1"));
  expectEqual(residual, mask("causal & window(2)"));
}

TEST(Dependence, KeepsTheLengthsOfEachAxisApart) {
  Dependence cross = mask("padding", "source");
  EXPECT_THAT(cross.symbols(), ElementsAre("source"));
  Dependence through = mask("causal & padding", "target").compose(cross);
  EXPECT_THAT(through.symbols(), ElementsAre("source", "target"));
  EXPECT_TRUE(through.contains({2, 4, 5, 1}));
  EXPECT_FALSE(through.contains({2, 5, 5, 1})); // the source has 5 tokens
  EXPECT_FALSE(through.contains({2, 4, 5, 0})); // no target position to look through
  EXPECT_THAT(mask("causal").symbols(), IsEmpty());
}

TEST(Dependence, FollowsPlacesOfSeveralPositions) {
  // Scores (q, k) of queries at q and keys at k, each a layer above the shifted tokens.
  MaskSet own = MaskExpression::parse("k == q").allowed();
  Dependence tokens = mask("k == q - 1");
  Dependence scores = Dependence::all(2, 1)
                          .where(0, 0, own, "")
                          .compose(tokens)
                          .unite(Dependence::all(2, 1).where(1, 0, own, "").compose(tokens));
  EXPECT_TRUE(scores.contains({5, 9, 4}));
  EXPECT_TRUE(scores.contains({5, 9, 8}));
  EXPECT_FALSE(scores.contains({5, 9, 5}));
  // A row of weights reads all visible scores of its row.
  MaskSet causal = MaskExpression::parse("causal").allowed();
  Dependence row = Dependence::all(1, 2).where(0, 0, own, "").where(0, 1, causal, "target");
  expectEqual(row.compose(scores), mask("k <= q - 1"));
  Dependence pooled = Dependence::all(0, 1).compose(tokens);
  EXPECT_TRUE(pooled.contains({7}));
  EXPECT_TRUE(Dependence::all(0, 1).compose(mask("causal & k > q")).pairs().isIntegerEmpty());
}

TEST(Dependence, AgreesWithEnumerationOnRandomMasks) {
  // A witness in the middle may lie beyond the positions compared; numbers up to 5 keep it below.
  constexpr int64_t positions = 6, middle = 80;
  std::mt19937 random(4);
  int exact = 0;
  for (int round = 0; round < 150; ++round) {
    test::RandomMask a = test::randomMask(random, 1), b = test::randomMask(random, 1);
    SCOPED_TRACE(a.text + "   then   " + b.text);
    Dependence composed = mask(a.text).compose(mask(b.text));
    Dependence united = mask(a.text).unite(mask(b.text));
    exact += composed.isExact();
    auto contains = [](const Dependence &dependence, int64_t q, int64_t k, int64_t length) {
      std::vector<int64_t> point = {q, k};
      point.resize(2 + dependence.symbols().size(), length);
      return dependence.contains(point);
    };
    for (int64_t length = 0; length < 7; length += 3) {
      for (int64_t q = 0; q < positions; ++q)
        for (int64_t k = 0; k < positions; ++k) {
          bool reaches = false;
          for (int64_t m = 0; m < middle && !reaches; ++m)
            reaches = a.allows(q, m, length) && b.allows(m, k, length);
          bool composes = contains(composed, q, k, length);
          ASSERT_TRUE(composed.isExact() ? composes == reaches : composes >= reaches)
              << "q=" << q << " k=" << k << " length=" << length;
          ASSERT_EQ(contains(united, q, k, length),
                    a.allows(q, k, length) || b.allows(q, k, length));
        }
    }
  }
  EXPECT_GT(exact, 140);
}

TEST(Dependence, DropsResidueClassesAndSaysSo) {
  Dependence dilated = mask("causal & (q - k) % 4 == 0");
  EXPECT_FALSE(dilated.isExact());
  expectEqual(dilated, mask("causal"));
}

TEST(ClassDependence, ComposesExactlyWhereWholeOnesWiden) {
  auto blocks =
      ClassDependence::mask(4, MaskExpression::parse("k - k % 4 <= q - q % 4").allowed(), "target");
  auto shift = ClassDependence::mask(4, MaskExpression::parse("k == q - 4").allowed(), "target");
  // Each layer widens the whole by three positions; by classes, blocks of blocks are blocks.
  ClassDependence layers = blocks.compose(blocks).compose(blocks).compose(shift);
  for (int64_t q = 0; q < 12; ++q)
    for (int64_t k = 0; k < 12; ++k) {
      auto pairs = layers.classes().find({q % 4, k % 4});
      bool sees = pairs != layers.classes().end() && pairs->second.contains({q / 4, k / 4});
      EXPECT_EQ(sees, k / 4 < q / 4) << "q=" << q << " k=" << k;
    }
  EXPECT_EQ(blocks.stepsToCompose(blocks), 64u);
  EXPECT_EQ(blocks.stepsToCompose(shift), 16u);
}

TEST(ClassDependence, AgreesWithEnumerationOnRandomMasks) {
  constexpr int64_t positions = 6, middle = 90;
  std::mt19937 random(11);
  int exact = 0;
  for (int round = 0; round < 60; ++round) {
    test::RandomMask a = test::randomMask(random, 1, test::Language::Whole);
    test::RandomMask b = test::randomMask(random, 1, test::Language::Whole);
    SCOPED_TRACE(a.text + "   then   " + b.text);
    MaskSet first = MaskExpression::parse(a.text).allowed();
    MaskSet second = MaskExpression::parse(b.text).allowed();
    int64_t m = std::lcm(first.modulus(), second.modulus());
    auto composed = ClassDependence::mask(m, first, "target")
                        .compose(ClassDependence::mask(m, second, "target"));
    auto either =
        ClassDependence::mask(m, first, "target").unite(ClassDependence::mask(m, second, "target"));
    auto contains = [&](const ClassDependence &dependence, int64_t q, int64_t k, int64_t length,
                        int64_t prefix, bool &isExact) {
      auto pairs = dependence.classes().find({q % m, k % m});
      if (pairs == dependence.classes().end())
        return false;
      isExact = isExact && pairs->second.isExact();
      std::vector<int64_t> point = {q / m, k / m};
      for (const std::string &symbol : pairs->second.symbols())
        point.push_back(symbol == "target" ? length : prefix);
      return pairs->second.contains(point);
    };
    bool isExact = true;
    for (int64_t length = 1; length < 7; length += 3)
      for (int64_t prefix = 0; prefix <= length; prefix += 2) {
        auto sees = [&](const test::RandomMask &mask, int64_t q, int64_t k) {
          return mask.allows(q, k, length, prefix, true) ||
                 mask.allows(q, k, length, prefix, false);
        };
        for (int64_t q = 0; q < positions; ++q)
          for (int64_t k = 0; k < positions; ++k) {
            bool reaches = false;
            for (int64_t at = 0; at < middle && !reaches; ++at)
              reaches = sees(a, q, at) && sees(b, at, k);
            bool thisExact = true, composes = contains(composed, q, k, length, prefix, thisExact);
            isExact = isExact && thisExact;
            ASSERT_TRUE(thisExact ? composes == reaches : composes >= reaches)
                << "q=" << q << " k=" << k << " length=" << length << " prefix=" << prefix;
            ASSERT_EQ(contains(either, q, k, length, prefix, thisExact),
                      sees(a, q, k) || sees(b, q, k));
          }
      }
    exact += isExact;
  }
  EXPECT_GT(exact, 50);
}

TEST(Dependence, SaysWhereFractionsTookPart) {
  Dependence pace = mask("4 * k >= 3 * q").compose(mask("4 * k >= 3 * q"));
  EXPECT_FALSE(pace.isExact());
  EXPECT_TRUE(pace.contains({16, 9}));
  EXPECT_FALSE(pace.contains({16, 8}));
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
  EXPECT_TRUE(model.contains({24 * 63 + 100, 100, 5000}));
  EXPECT_FALSE(model.contains({24 * 63 + 100, 99, 5000}));
}

} // namespace
} // namespace loup
