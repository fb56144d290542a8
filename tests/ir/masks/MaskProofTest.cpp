#include "ir/masks/MaskProof.h"

#include "ir/masks/MaskExpression.h"
#include "tests/ir/masks/RandomMask.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
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
  EXPECT_EQ(findSeenPadding(mask("present"), KeySide::Own)->key, 1);
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
  MaskSet blocks = mask("k - k % 64 <= q - q % 64");
  EXPECT_EQ(findLaterToken(ClassDependence::mask(64, mask("(q - k) % 4 == 0"), "target"), "target",
                           Sight::UpToItself)
                ->describe(),
            "position q=0 sees k=4, which comes later");
  EXPECT_EQ(findSeenPadding(blocks, KeySide::Own)->describe(),
            "query q=0 sees k=1, which is padding of a sequence of length 1");
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
  EXPECT_EQ(findEmptyRow(mask("padding & window(64)"), KeySide::Other)->describe(),
            "query q=64 has no key it may see in a sequence of length 1");
  EXPECT_EQ(findEmptyRow(mask("!padding"), KeySide::Own)->describe(),
            "query q=0 of a sequence of length 1 has no key it may see");
  EXPECT_EQ(findEmptyRow(mask("k == 2 * q & padding"), KeySide::Own)->query, 1);
}

TEST(MaskProof, NoRealQuerySeesPadding) {
  EXPECT_FALSE(findSeenPadding(mask("padding"), KeySide::Other));
  EXPECT_FALSE(findSeenPadding(mask("causal"), KeySide::Own));
  EXPECT_EQ(findSeenPadding(mask("window(3)"), KeySide::Own)->describe(),
            "query q=0 sees k=1, which is padding of a sequence of length 1");
  EXPECT_EQ(findSeenPadding(mask("causal & k > 4"), KeySide::Other)->describe(),
            "query q=5 sees k=5, which is padding of a sequence of length 1");
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

/// Calls `use` with every sizes and query that a real row may have, in the order in which
/// findEmptyRow looks for counterexamples, until it returns true.
template <typename Use> bool anyRealRow(KeySide side, int64_t most, Use use) {
  for (int64_t q = 0; q < most; ++q)
    for (int64_t queries = q + 1; queries <= most; ++queries)
      for (int64_t keys = 1; keys <= most; ++keys)
        for (int64_t length = 1; length <= keys; ++length)
          for (int64_t prefix = 0; prefix <= length; ++prefix) {
            if (side == KeySide::Own && (queries != keys || q >= length))
              continue;
            if (use(q, MaskSizes{queries, keys, length, prefix}))
              return true;
          }
  return false;
}

/// Whether the pair is allowed whichever way the key may be present, or in some way.
bool always(const testing::RandomMask &mask, int64_t q, int64_t k, const MaskSizes &sizes) {
  return mask.allows(q, k, sizes.length, sizes.prefix, true) &&
         mask.allows(q, k, sizes.length, sizes.prefix, false);
}
bool ever(const testing::RandomMask &mask, int64_t q, int64_t k, const MaskSizes &sizes) {
  return mask.allows(q, k, sizes.length, sizes.prefix, true) ||
         mask.allows(q, k, sizes.length, sizes.prefix, false);
}

/// A mask of the whole language, or of the linear one, which reaches other corners.
testing::RandomMask anyMask(std::mt19937 &random, int depth) {
  while (true) {
    testing::RandomMask mask = testing::randomMask(random, depth, testing::Language(random() % 2));
    try {
      MaskExpression::parse(mask.text);
      return mask;
    } catch (const MaskError &) { // of more alternatives than a mask may have
    }
  }
}

TEST(MaskProof, RowsAgreeWithEnumerationOnRandomMasks) {
  constexpr int64_t most = 7;
  std::mt19937 random(5);
  int empty = 0, full = 0;
  for (int round = 0; round < 300; ++round) {
    testing::RandomMask text = anyMask(random, 2);
    SCOPED_TRACE(text.text);
    KeySide side = round % 2 ? KeySide::Own : KeySide::Other;
    MaskSet set = mask(text.text);
    auto isEmpty = [&](int64_t q, const MaskSizes &sizes) {
      for (int64_t k = 0; k < sizes.keys; ++k)
        if (always(text, q, k, sizes))
          return false;
      return true;
    };
    auto row = findEmptyRow(set, side);
    bool found = anyRealRow(side, most, [&](int64_t q, const MaskSizes &sizes) {
      if (!isEmpty(q, sizes))
        return false;
      EXPECT_TRUE(row && row->exact);
      if (row) {
        EXPECT_EQ(row->query, q);
        EXPECT_EQ(row->sizes.queries, sizes.queries);
        EXPECT_EQ(row->sizes.keys, sizes.keys);
        EXPECT_EQ(row->sizes.length, sizes.length);
        EXPECT_EQ(row->sizes.prefix, sizes.prefix);
        bool seesPresent = false;
        for (int64_t k = 0; k < sizes.keys; ++k)
          seesPresent |= text.allows(q, k, sizes.length, sizes.prefix, true);
        EXPECT_EQ(row->whereAbsent, seesPresent);
      }
      return true;
    });
    if (row && !found)
      EXPECT_TRUE(isEmpty(row->query, row->sizes)) << row->describe();
    ++(row ? empty : full);
  }
  EXPECT_GT(empty, 50); // both answers occur
  EXPECT_GT(full, 50);
}

TEST(MaskProof, SeenPaddingAgreesWithEnumerationOnRandomMasks) {
  constexpr int64_t most = 7;
  std::mt19937 random(9);
  int proved = 0;
  for (int round = 0; round < 300; ++round) {
    testing::RandomMask text = anyMask(random, 2);
    if (round % 3 == 0)
      text = {"padding & (" + text.text + ")",
              [=](int64_t q, int64_t k, const testing::Facts &facts) {
                return k < facts.length && text.truth(q, k, facts);
              }};
    SCOPED_TRACE(text.text);
    KeySide side = round % 2 ? KeySide::Own : KeySide::Other;
    auto padding = findSeenPadding(mask(text.text), side);
    // The key comes before the sizes.
    std::optional<std::array<int64_t, 6>> first;
    anyRealRow(side, most, [&](int64_t q, const MaskSizes &sizes) {
      for (int64_t k = sizes.length; k < sizes.keys; ++k)
        if (ever(text, q, k, sizes)) {
          std::array point{q, k, sizes.queries, sizes.keys, sizes.length, sizes.prefix};
          first = first ? std::min(*first, point) : point;
        }
      return false;
    });
    if (first) {
      ASSERT_TRUE(padding);
      EXPECT_EQ((std::array{padding->query, padding->key, padding->sizes.queries,
                            padding->sizes.keys, padding->sizes.length, padding->sizes.prefix}),
                *first);
    } else if (padding) {
      EXPECT_TRUE(ever(text, padding->query, padding->key, padding->sizes));
    }
    proved += !padding;
  }
  EXPECT_GT(proved, 80);
}

TEST(MaskProof, LaterTokensAgreeWithEnumerationOnRandomMasks) {
  constexpr int64_t most = 8;
  std::mt19937 random(6);
  int proved = 0, provedByClasses = 0;
  for (int round = 0; round < 300; ++round) {
    testing::RandomMask text = anyMask(random, 2);
    if (round % 2)
      text = {"causal & (" + text.text + ")",
              [=](int64_t q, int64_t k, const testing::Facts &facts) {
                return k <= q && text.truth(q, k, facts);
              }};
    SCOPED_TRACE(text.text);
    MaskSet set = mask(text.text);
    ClassDependence byClass = ClassDependence::mask(set.modulus(), set, "target");
    for (Sight sight : {Sight::UpToItself, Sight::BeforeItself}) {
      auto wide = findLaterToken(Dependence::mask(set, "target"), "target", sight);
      auto token = findLaterToken(byClass, "target", sight);
      auto breaks = [&](int64_t q, int64_t k, int64_t length, int64_t prefix) {
        return q < length && prefix <= q && ever(text, q, k, {0, 0, length, prefix}) &&
               (sight == Sight::BeforeItself ? k >= q : k > q);
      };
      bool found = false;
      for (bool real : {true, false})
        for (int64_t q = 0; q < most && !found; ++q)
          for (int64_t k = 0; k < most && !found; ++k)
            for (int64_t length = 1; length <= most && !found; ++length)
              for (int64_t prefix = 0; prefix <= length && !found; ++prefix) {
                if (!breaks(q, k, length, prefix) || (real && k >= length))
                  continue;
                found = true;
                ASSERT_TRUE(token && token->exact && wide);
                EXPECT_EQ(wide->exact, set.modulus() == 1);
                for (const LaterToken &first : {*token, wide->exact ? *wide : *token}) {
                  EXPECT_EQ(first.query, q);
                  EXPECT_EQ(first.key, k);
                  if (first.numbers.contains("target"))
                    EXPECT_EQ(first.numbers.at("target"), length);
                  if (first.numbers.contains("target prefix"))
                    EXPECT_EQ(first.numbers.at("target prefix"), prefix);
                }
              }
      if (token && !found)
        EXPECT_TRUE(breaks(
            token->query, token->key, token->numbers.at("target"),
            token->numbers.contains("target prefix") ? token->numbers.at("target prefix") : 0));
      proved += !token;
      provedByClasses += wide && !token;
      EXPECT_LE(token.has_value(), wide.has_value());
    }
  }
  EXPECT_GT(proved, 150);
  EXPECT_GT(provedByClasses, 0);
}

TEST(MaskProof, ExtremesAgreeWithEnumerationOnRandomMasks) {
  // Numbers up to 5, thrice multiplied, cannot first matter beyond these positions.
  constexpr int64_t most = 48;
  std::mt19937 random(7);
  int nothing = 0, everything = 0;
  for (int round = 0; round < 200; ++round) {
    testing::RandomMask text = anyMask(random, 1);
    SCOPED_TRACE(text.text);
    KeySide side = round % 2 ? KeySide::Own : KeySide::Other;
    bool hides = false, shows = false;
    for (int64_t q = 0; q < most; ++q)
      for (int64_t k = 0; k < most; ++k)
        // Only whether k is below them matters of the length and the prefix.
        for (int64_t length : {int64_t(1), k, k + 1, q + 1, std::max(q, k) + 1})
          for (int64_t prefix : {int64_t(0), k, k + 1}) {
            if (length < 1 || prefix > length || (side == KeySide::Own && q >= length))
              continue;
            hides = hides || !always(text, q, k, {0, 0, length, prefix});
            shows = shows || (k < length && ever(text, q, k, {0, 0, length, prefix}));
          }
    EXPECT_EQ(hidesNothing(mask(text.text), side), !hides);
    EXPECT_EQ(hidesEverything(mask(text.text), side), !shows);
    nothing += !hides;
    everything += !shows;
  }
  EXPECT_GT(nothing, 5);
  EXPECT_GT(everything, 5);
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
    findSeenPadding(*set, KeySide::Own);
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
