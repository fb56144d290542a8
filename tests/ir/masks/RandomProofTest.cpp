// Proofs of random masks against all small sizes, one by one.
#include "ir/masks/MaskExpression.h"
#include "ir/masks/MaskProof.h"
#include "tests/ir/masks/RandomMask.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>

namespace loup {
namespace {

MaskSet mask(const std::string &text) { return MaskExpression::parse(text).allowed(); }

/// Calls `use` with every sizes and query that a real row may have, in the order in which
/// findEmptyRow looks for counterexamples, until it returns true.
template <typename Use> bool anyRealRow(KeySide side, int64_t most, Use use) {
  for (int64_t q = 0; q < most; ++q)
    for (int64_t queries = q + 1; queries <= most; ++queries)
      for (int64_t keys = 1; keys <= most; ++keys)
        for (int64_t length = 1; length <= keys; ++length)
          for (int64_t prefix = 0; prefix < length; ++prefix) {
            if (side == KeySide::Own && (queries != keys || q >= length))
              continue;
            if (use(q, MaskSizes{queries, keys, length, prefix}))
              return true;
          }
  return false;
}

/// Whether the pair is allowed whichever way the key may be present, or in some way.
bool always(const test::RandomMask &mask, int64_t q, int64_t k, const MaskSizes &sizes) {
  return mask.allows(q, k, sizes.length, sizes.prefix, true) &&
         mask.allows(q, k, sizes.length, sizes.prefix, false);
}
bool ever(const test::RandomMask &mask, int64_t q, int64_t k, const MaskSizes &sizes) {
  return mask.allows(q, k, sizes.length, sizes.prefix, true) ||
         mask.allows(q, k, sizes.length, sizes.prefix, false);
}

/// A mask of the whole language, or of the linear one, which reaches other corners.
test::RandomMask anyMask(std::mt19937 &random, int depth) {
  while (true) {
    test::RandomMask mask = test::randomMask(random, depth, test::Language(random() % 2));
    try {
      MaskExpression::parse(mask.text);
      return mask;
    } catch (const MaskError &) { // of more alternatives than a mask may have
    }
  }
}

TEST(RandomProof, RowsAgreeWithEnumerationOnRandomMasks) {
  constexpr int64_t most = 7;
  std::mt19937 random(5);
  int empty = 0, full = 0;
  for (int round = 0; round < 300; ++round) {
    test::RandomMask text = anyMask(random, 2);
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

TEST(RandomProof, LaterTokensAgreeWithEnumerationOnRandomMasks) {
  constexpr int64_t most = 8;
  std::mt19937 random(6);
  int proved = 0, provedByClasses = 0;
  for (int round = 0; round < 300; ++round) {
    test::RandomMask text = anyMask(random, 2);
    if (round % 2)
      text = {"causal & (" + text.text + ")", [=](int64_t q, int64_t k, const test::Facts &facts) {
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

TEST(RandomProof, ExtremesAgreeWithEnumerationOnRandomMasks) {
  // Numbers up to 5, thrice multiplied, cannot first matter beyond these positions.
  constexpr int64_t most = 48;
  std::mt19937 random(7);
  int nothing = 0, everything = 0;
  for (int round = 0; round < 400; ++round) {
    test::RandomMask text = anyMask(random, 1);
    SCOPED_TRACE(text.text);
    KeySide side = round % 2 ? KeySide::Own : KeySide::Other;
    // Of any sequence, or of one of at most 5.
    bool isShort = round % 4 < 2;
    std::optional<int64_t> longest = isShort ? std::optional<int64_t>(5) : std::nullopt;
    int64_t end = longest.value_or(most);
    bool hides = false, shows = false;
    for (int64_t q = 0; q < end; ++q)
      for (int64_t k = 0; k < end; ++k)
        // Only whether k is below them matters of the length and the prefix.
        for (int64_t length : {int64_t(1), k, k + 1, k + 2, q + 1, std::max(q, k) + 1})
          for (int64_t prefix : {int64_t(0), k, k + 1}) {
            if (length < 1 || length > longest.value_or(length) || prefix >= length ||
                (side == KeySide::Own && q >= length))
              continue;
            hides = hides || !always(text, q, k, {0, 0, length, prefix});
            shows = shows || (k < length && ever(text, q, k, {0, 0, length, prefix}));
          }
    EXPECT_EQ(hidesNothing(mask(text.text), side, longest), !hides);
    EXPECT_EQ(hidesEverything(mask(text.text), side, longest), !shows);
    nothing += !hides;
    everything += !shows;
  }
  EXPECT_GT(nothing, 5);
  EXPECT_GT(everything, 5);
}

} // namespace
} // namespace loup
