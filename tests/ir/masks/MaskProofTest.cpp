#include "ir/masks/MaskProof.h"

#include "ir/masks/MaskExpression.h"

#include <gtest/gtest.h>

#include <array>
#include <ctime>
#include <optional>
#include <random>
#include <vector>

namespace loup {
namespace {

MaskSet mask(const std::string &text) { return MaskExpression::parse(text).allowed(); }

Dependence dependence(const std::string &text) { return Dependence::mask(mask(text), "target"); }

std::string later(const Dependence &onTokens, Sight sight) {
  auto token = findLaterToken(onTokens, "target", sight);
  return token ? token->describe() : "proved";
}

TEST(MaskProof, NoPositionSeesALaterOne) {
  EXPECT_EQ(later(dependence("causal"), Sight::UpToItself), "proved");
  EXPECT_EQ(later(dependence("causal & padding"), Sight::UpToItself), "proved");
  EXPECT_EQ(later(dependence("padding"), Sight::UpToItself),
            "position q=0 sees k=1, which comes later");
  EXPECT_EQ(later(dependence("k <= q + 3 & q > 1"), Sight::UpToItself),
            "position q=2 sees k=3, which comes later");
  EXPECT_EQ(later(Dependence::all(1, 1), Sight::UpToItself),
            "position q=0 sees k=1, which comes later");
}

TEST(MaskProof, NoPositionSeesTheTokenItPredicts) {
  Dependence shift = dependence("k == q - 1"), causal = dependence("causal & padding");
  EXPECT_EQ(later(causal.compose(shift), Sight::BeforeItself), "proved");
  EXPECT_EQ(later(causal.unite(Dependence::identity()).compose(causal).compose(shift),
                  Sight::BeforeItself),
            "proved");
  EXPECT_EQ(later(causal, Sight::BeforeItself), "position q=0 sees k=0, its own place");
  EXPECT_EQ(later(dependence("k <= q + 1").compose(shift), Sight::BeforeItself),
            "position q=0 sees k=0, its own place");
  EXPECT_EQ(later(dependence("padding").compose(shift), Sight::BeforeItself),
            "position q=0 sees k=0, its own place");
}

TEST(MaskProof, APrefixIsNotScoredAndMaySeeAllOfItself) {
  Dependence shift = dependence("k == q - 1"), prefix = dependence("(causal | prefix) & padding");
  EXPECT_EQ(later(prefix, Sight::UpToItself), "proved");
  EXPECT_EQ(later(prefix.compose(prefix).compose(shift), Sight::BeforeItself), "proved");
  auto token = findLaterToken(dependence("causal | prefix | k == q + 1 & q > 1"), "target",
                              Sight::UpToItself);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->describe(), "position q=2 sees k=3, which comes later");
  EXPECT_EQ(token->numbers.at("target prefix"), 0);
  EXPECT_EQ(later(dependence("causal | !prefix"), Sight::UpToItself),
            "position q=0 sees k=1, which comes later");
}

TEST(MaskProof, AnyKeyMayBePresentOrNot) {
  EXPECT_EQ(later(dependence("causal & present"), Sight::UpToItself), "proved");
  EXPECT_EQ(later(dependence("causal | !present & k == q + 1"), Sight::UpToItself),
            "position q=0 sees k=1, which comes later");
  EXPECT_EQ(findEmptyRow(mask("causal & present"), KeySide::Own)->describe(),
            "query q=0 of a sequence of length 1 has no key it may see where the data have no key "
            "present");
  EXPECT_FALSE(findEmptyRow(mask("causal & present"), KeySide::Own, /*emptyIsZero=*/true));
  EXPECT_FALSE(findEmptyRow(mask("causal & (present | k == q)"), KeySide::Own));
  EXPECT_FALSE(findEmptyRow(mask("present | !present"), KeySide::Other));
  EXPECT_TRUE(hidesNothing(mask("present | !present"), KeySide::Own));
  EXPECT_FALSE(hidesNothing(mask("present"), KeySide::Own));
  EXPECT_TRUE(hidesEverything(mask("present & !present"), KeySide::Own));
}

TEST(MaskProof, RemaindersAreExact) {
  auto own = [](const char *text) {
    auto row = findEmptyRow(mask(text), KeySide::Own);
    return row ? row->describe() : "proved";
  };
  EXPECT_EQ(own("causal & (q - k) % 64 == 0"), "proved");
  EXPECT_EQ(own("causal & padding & k % 4 == q % 4"), "proved");
  EXPECT_EQ(own("causal & k % 64 == 63"),
            "query q=0 of a sequence of length 1 has no key it may see");
  EXPECT_EQ(own("causal & (q % 64 != 63 | k == q - 62)"), "proved");
  EXPECT_EQ(own("causal & (q % 64 != 63 | k == q - 64)"),
            "query q=63 of a sequence of length 64 has no key it may see");
  EXPECT_EQ(own("q - q % 8 == k - k % 8"), "proved");
  EXPECT_EQ(later(dependence("k <= q + 1 & (q - k) % 2 == 0"), Sight::UpToItself), "proved");
  EXPECT_EQ(later(dependence("(q - k) % 4 == 0"), Sight::UpToItself),
            "position q=0 may see k=1, which comes later"); // the classes are dropped
  EXPECT_EQ(findLaterToken(ClassDependence::mask(64, mask("(q - k) % 4 == 0"), "target"), "target",
                           Sight::UpToItself)
                ->describe(),
            "position q=0 sees k=4, which comes later");
  EXPECT_TRUE(hidesNothing(mask("k % 4 < 2 | (k + 2) % 4 < 2"), KeySide::Own));
  EXPECT_TRUE(hidesEverything(mask("2 * q == 2 * k + q % 2 & q % 2 == 1"), KeySide::Own));
}

TEST(MaskProof, RealTokensAreNamedBeforePadding) {
  auto real = findLaterToken(dependence("padding"), "target", Sight::UpToItself);
  ASSERT_TRUE(real);
  EXPECT_EQ(real->numbers.at("target"), 2);
  auto padding = findLaterToken(dependence("causal | !padding"), "target", Sight::UpToItself);
  ASSERT_TRUE(padding);
  EXPECT_EQ(padding->key, 1);
  EXPECT_EQ(padding->numbers.at("target"), 1);
}

TEST(MaskProof, NoRealQueryIsLeftWithoutAKey) {
  EXPECT_FALSE(findEmptyRow(mask("causal & padding"), KeySide::Own));
  EXPECT_FALSE(findEmptyRow(mask("causal & padding & window(64)"), KeySide::Own));
  EXPECT_FALSE(findEmptyRow(mask("causal & padding"), KeySide::Other));
  EXPECT_FALSE(findEmptyRow(mask("padding"), KeySide::Other));
  EXPECT_EQ(findEmptyRow(mask("k < q"), KeySide::Own)->describe(),
            "query q=0 of a sequence of length 1 has no key it may see");
  EXPECT_EQ(findEmptyRow(mask("prefix"), KeySide::Own)->describe(),
            "query q=0 of a sequence of length 1 with a prefix of 0 has no key it may see");
  EXPECT_EQ(findEmptyRow(mask("padding & window(64)"), KeySide::Other)->describe(),
            "query q=64 has no key it may see in a sequence of length 1");
  EXPECT_EQ(findEmptyRow(mask("!padding"), KeySide::Own)->describe(),
            "query q=0 of a sequence of length 1 has no key it may see");
  EXPECT_EQ(findEmptyRow(mask("k == 2 * q & padding"), KeySide::Own)->query, 1);
}

TEST(MaskProof, AMaskThatHidesNothingOrEverythingIsKnown) {
  EXPECT_TRUE(hidesNothing(mask("k >= 0"), KeySide::Own));
  EXPECT_TRUE(hidesNothing(mask("causal | k > q"), KeySide::Other));
  EXPECT_FALSE(hidesNothing(mask("padding"), KeySide::Own));
  EXPECT_FALSE(hidesNothing(mask("k <= q + 1000"), KeySide::Own));
  EXPECT_TRUE(hidesEverything(mask("causal & k > q"), KeySide::Own));
  EXPECT_TRUE(hidesEverything(mask("!padding"), KeySide::Own));
  EXPECT_FALSE(hidesEverything(mask("k > q + 1000"), KeySide::Other));
}

/// A mask nobody would write: many comparisons with coprime factors and far constants, and terms
/// modulo some of `moduli`.
std::string intricateMask(std::mt19937 &random, const std::vector<int> &moduli = {}) {
  const std::array<const char *, 6> signs = {" < ", " <= ", " != ", " == ", " > ", " >= "};
  std::string text = "padding";
  for (int comparisons = 1 + random() % 31; comparisons > 0; --comparisons)
    text +=
        (random() % 2 ? " & " : " | ") + std::to_string(random() % 17) + " * k - " +
        std::to_string(random() % 17) + " * q" +
        (moduli.empty() || random() % 2
             ? ""
             : " + (" + std::to_string(random() % 5) + " * k + " + std::to_string(random() % 5) +
                   " * q) % " + std::to_string(moduli[random() % moduli.size()])) +
        signs[random() % signs.size()] + std::to_string(random() % (random() % 2 ? 64 : 1'000'000));
  return text;
}

TEST(MaskProof, NoProofTakesMoreThanASecond) {
  const std::vector<std::vector<int>> moduli = {{}, {2}, {3, 4, 5}, {8}, {60}, {32, 64}};
  std::mt19937 random(8);
  int inexact = 0;
  for (int round = 0; round < 60; ++round) {
    std::string text = intricateMask(random, moduli[round % moduli.size()]);
    SCOPED_TRACE(text);
    std::clock_t start = std::clock();
    auto expectShort = [&](const char *what) {
      EXPECT_LT(std::clock() - start, CLOCKS_PER_SEC) << what;
      start = std::clock();
    };
    std::optional<MaskSet> set;
    try {
      set = mask(text);
    } catch (const MaskError &) { // of more alternatives than a mask may have
    }
    expectShort("parsing");
    if (!set)
      continue;
    EXPECT_LE(set->size(), 32u);
    for (KeySide side : {KeySide::Own, KeySide::Other}) {
      auto row = findEmptyRow(*set, side);
      inexact += row && !row->exact;
      expectShort("rows");
    }
    expectShort("padding");
    hidesNothing(*set, KeySide::Own);
    hidesEverything(*set, KeySide::Own);
    expectShort("extremes");
    findLaterToken(*set, "target", Sight::UpToItself);
    expectShort("causality of one");
    Dependence layer = Dependence::mask(*set, "target").unite(Dependence::identity());
    Dependence model = layer;
    for (int i = 0; i < 5; ++i)
      model = model.compose(layer);
    EXPECT_LE(model.pairs().getNumDisjuncts(), 12u);
    expectShort("six layers");
    findLaterToken(model, "target", Sight::UpToItself);
    expectShort("causality");
  }
  EXPECT_LE(inexact, 2);
}

TEST(MaskProof, WorkDoesNotGrowWithTheModulus) {
  // What a proof looks at: alternatives, which no modulus of 64 multiplies where it need not.
  for (const char *text :
       {"causal & padding & (q - k) % 64 == 0",
        "causal & (window(64) | (q - k) % 64 == 0) & padding", "k - k % 64 <= q - q % 64 & padding",
        "causal & k % 64 == q % 64 | k == q"}) {
    SCOPED_TRACE(text);
    EXPECT_LE(mask(text).size(), 4u);
    EXPECT_LE(Dependence::mask(mask(text), "target").pairs().getNumDisjuncts(), 3u);
    EXPECT_FALSE(findEmptyRow(mask(text), KeySide::Own));
  }
}

} // namespace
} // namespace loup
