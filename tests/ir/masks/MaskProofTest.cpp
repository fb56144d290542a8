#include "ir/masks/MaskProof.h"

#include "ir/masks/MaskExpression.h"
#include "tests/ir/masks/RandomMask.h"

#include <gtest/gtest.h>

#include <array>
#include <ctime>

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

TEST(MaskProof, RealTokensAreNamedBeforePadding) {
  auto real = findLaterToken(dependence("padding"), "target", Sight::UpToItself);
  ASSERT_TRUE(real);
  EXPECT_EQ(real->lengths.at("target"), 2);
  auto padding = findLaterToken(dependence("causal | !padding"), "target", Sight::UpToItself);
  ASSERT_TRUE(padding);
  EXPECT_EQ(padding->key, 1);
  EXPECT_EQ(padding->lengths.at("target"), 1);
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
        for (int64_t length = 1; length <= keys; ++length) {
          if (side == KeySide::Own && (queries != keys || q >= length))
            continue;
          if (use(q, MaskSizes{queries, keys, length}))
            return true;
        }
  return false;
}

TEST(MaskProof, RowsAgreeWithEnumerationOnRandomMasks) {
  constexpr int64_t most = 7;
  std::mt19937 random(5);
  int empty = 0, full = 0;
  for (int round = 0; round < 300; ++round) {
    testing::RandomMask text = testing::randomMask(random, 2);
    SCOPED_TRACE(text.text);
    KeySide side = round % 2 ? KeySide::Own : KeySide::Other;
    MaskSet set = mask(text.text);
    auto isEmpty = [&](int64_t q, const MaskSizes &sizes) {
      for (int64_t k = 0; k < sizes.keys; ++k)
        if (text.allows(q, k, sizes.length))
          return false;
      return true;
    };
    auto padding = findSeenPadding(set, side);
    bool seen = anyRealRow(side, most, [&](int64_t q, const MaskSizes &sizes) {
      for (int64_t k = sizes.length; k < sizes.keys; ++k)
        if (text.allows(q, k, sizes.length)) {
          EXPECT_TRUE(padding && padding->query == q && padding->key <= k);
          return true;
        }
      return false;
    });
    if (padding && !seen)
      EXPECT_TRUE(text.allows(padding->query, padding->key, padding->sizes.length));
    auto row = findEmptyRow(set, side);
    bool found = anyRealRow(side, most, [&](int64_t q, const MaskSizes &sizes) {
      if (!isEmpty(q, sizes))
        return false;
      EXPECT_TRUE(row);
      if (row) {
        EXPECT_EQ(row->query, q);
        EXPECT_EQ(row->sizes.queries, sizes.queries);
        EXPECT_EQ(row->sizes.keys, sizes.keys);
        EXPECT_EQ(row->sizes.length, sizes.length);
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

TEST(MaskProof, LaterTokensAgreeWithEnumerationOnRandomMasks) {
  constexpr int64_t most = 8;
  std::mt19937 random(6);
  int causal = 0;
  for (int round = 0; round < 300; ++round) {
    testing::RandomMask text = testing::randomMask(random, 2);
    if (round % 2)
      text = {"causal & (" + text.text + ")", [=](int64_t q, int64_t k, int64_t length) {
                return k <= q && text.allows(q, k, length);
              }};
    SCOPED_TRACE(text.text);
    for (Sight sight : {Sight::UpToItself, Sight::BeforeItself}) {
      auto token = findLaterToken(dependence(text.text), "target", sight);
      auto breaks = [&](int64_t q, int64_t k, int64_t length) {
        return q < length && text.allows(q, k, length) &&
               (sight == Sight::BeforeItself ? k >= q : k > q);
      };
      bool found = false;
      for (bool real : {true, false})
        for (int64_t q = 0; q < most && !found; ++q)
          for (int64_t k = 0; k < most && !found; ++k)
            for (int64_t length = 1; length <= most && !found; ++length) {
              if (!breaks(q, k, length) || (real && k >= length))
                continue;
              found = true;
              ASSERT_TRUE(token);
              EXPECT_EQ(token->query, q);
              EXPECT_EQ(token->key, k);
              if (token->lengths.contains("target"))
                EXPECT_EQ(token->lengths.at("target"), length);
            }
      if (token && !found)
        EXPECT_TRUE(breaks(token->query, token->key, token->lengths.at("target")));
      causal += !token;
    }
  }
  EXPECT_GT(causal, 150);
}

TEST(MaskProof, ExtremesAgreeWithEnumerationOnRandomMasks) {
  // Numbers up to 5, thrice multiplied, cannot first matter beyond these sizes in masks this small.
  constexpr int64_t most = 16;
  std::mt19937 random(7);
  int nothing = 0, everything = 0;
  for (int round = 0; round < 300; ++round) {
    testing::RandomMask text = testing::randomMask(random, 1);
    SCOPED_TRACE(text.text);
    KeySide side = round % 2 ? KeySide::Own : KeySide::Other;
    bool hides = anyRealRow(side, most, [&](int64_t q, const MaskSizes &sizes) {
      for (int64_t k = 0; k < sizes.keys; ++k)
        if (!text.allows(q, k, sizes.length))
          return true;
      return false;
    });
    bool shows = anyRealRow(side, most, [&](int64_t q, const MaskSizes &sizes) {
      for (int64_t k = 0; k < sizes.length; ++k)
        if (text.allows(q, k, sizes.length))
          return true;
      return false;
    });
    EXPECT_EQ(hidesNothing(mask(text.text), side), !hides);
    EXPECT_EQ(hidesEverything(mask(text.text), side), !shows);
    nothing += !hides;
    everything += !shows;
  }
  EXPECT_GT(nothing, 5);
  EXPECT_GT(everything, 5);
}

/// A mask nobody would write: many comparisons with coprime factors and far constants.
std::string intricateMask(std::mt19937 &random) {
  const std::array<const char *, 6> signs = {" < ", " <= ", " != ", " == ", " > ", " >= "};
  std::string text = "padding";
  for (int comparisons = 1 + random() % 31; comparisons > 0; --comparisons)
    text += (random() % 2 ? " & " : " | ") + std::to_string(random() % 17) + " * k - " +
            std::to_string(random() % 17) + " * q" + signs[random() % signs.size()] +
            std::to_string(random() % (random() % 2 ? 64 : 1'000'000));
  return text;
}

TEST(MaskProof, NoProofTakesMoreThanASecond) {
  std::mt19937 random(8);
  for (int round = 0; round < 40; ++round) {
    std::string text = intricateMask(random);
    SCOPED_TRACE(text);
    std::clock_t start = std::clock();
    auto expectShort = [&](const char *what) {
      EXPECT_LT(std::clock() - start, CLOCKS_PER_SEC) << what;
      start = std::clock();
    };
    MaskSet set = mask(text);
    expectShort("parsing");
    findEmptyRow(set, KeySide::Own);
    expectShort("rows of self-attention");
    findEmptyRow(set, KeySide::Other);
    expectShort("rows of cross-attention");
    hidesNothing(set, KeySide::Own);
    hidesEverything(set, KeySide::Own);
    expectShort("extremes");
    Dependence layer = Dependence::mask(set, "target").unite(Dependence::identity());
    Dependence model = layer;
    for (int i = 0; i < 5; ++i)
      model = model.compose(layer);
    expectShort("six layers");
    findLaterToken(model, "target", Sight::UpToItself);
    expectShort("causality");
  }
}

} // namespace
} // namespace loup
