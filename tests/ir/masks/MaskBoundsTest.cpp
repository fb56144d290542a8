#include "ir/masks/MaskBounds.h"

#include "ir/masks/MaskExpression.h"
#include "tests/ir/masks/RandomMask.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <optional>

namespace loup {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

MaskSet mask(const std::string &text) { return MaskExpression::parse(text).allowed(); }

std::string touched(const char *text, int64_t block = 64) {
  return MaskBounds::describe(MaskBounds::onKeys(mask(text), block).touched());
}
std::string full(const char *text, int64_t block = 64) {
  return MaskBounds::describe(MaskBounds::onKeys(mask(text), block).full());
}

TEST(MaskBounds, TouchedKeysOfABlockOfQueries) {
  EXPECT_EQ(touched("k >= 0"), "0 .. keys");
  EXPECT_EQ(touched("causal"), "0 .. min(64a + 64, keys)");
  EXPECT_EQ(touched("padding"), "0 .. length");
  EXPECT_EQ(touched("causal & padding"), "0 .. min(64a + 64, length)");
  EXPECT_EQ(touched("causal & window(64)"), "max(0, 64a - 63) .. min(64a + 64, keys)");
  EXPECT_EQ(touched("causal & (sink(4) | window(64)) & padding"),
            "0 .. min(4, length), then max(0, 64a - 63) .. min(64a + 64, length)");
  EXPECT_EQ(touched("prefix | causal"), "0 .. prefix, then 0 .. min(64a + 64, keys)");
  EXPECT_EQ(touched("causal & window(64) & (q - k) % 8 == 0"), // the last it sees is 56 before
            "max(0, 64a - 56) .. min(64a + 64, keys)");
  EXPECT_EQ(touched("causal & present"), touched("causal"));
  EXPECT_EQ(touched("2 * k < q"), "0 .. min(32a + 32, keys)");
  EXPECT_EQ(touched("q < 10 & k <= q"), "0 .. min(10, keys) if a <= 0");
  EXPECT_EQ(touched("causal & k > q"), "nothing");
}

TEST(MaskBounds, KeysThatAllOfABlockSees) {
  EXPECT_EQ(full("k >= 0"), "0 .. keys");
  EXPECT_EQ(full("causal"), "0 .. min(64a + 1, keys)");
  EXPECT_EQ(full("padding"), "0 .. length");
  EXPECT_EQ(full("causal & padding"), "0 .. min(64a + 1, length)");
  EXPECT_EQ(full("causal & window(200)"), "max(0, 64a - 136) .. min(64a + 1, keys)");
  EXPECT_EQ(full("causal & window(32)"), "nothing");
  EXPECT_EQ(full("causal & (sink(4) | window(200))"),
            "0 .. min(4, 64a + 1, keys), then max(0, 64a - 136) .. min(64a + 1, keys)");
  EXPECT_EQ(full("causal & (window(200) | (q - k) % 8 == 0)"),
            "max(0, 64a - 136) .. min(64a + 1, keys)");
  EXPECT_EQ(full("causal & (q - k) % 8 == 0"), "nothing");
  EXPECT_EQ(full("causal & present"), "nothing");
  EXPECT_EQ(full("k - k % 64 <= q - q % 64"), "0 .. min(64a, keys)");
}

TEST(MaskBounds, QueriesOfABlockOfKeys) {
  auto queries = [](const char *text) {
    MaskBounds bounds = MaskBounds::onQueries(mask(text), 32);
    return MaskBounds::describe(bounds.touched()) +
           "; full: " + MaskBounds::describe(bounds.full());
  };
  EXPECT_EQ(queries("causal"), "32a .. queries; full: 32a + 31 .. queries");
  EXPECT_EQ(queries("causal & padding"),
            "32a .. queries if 32a < length; full: 32a + 31 .. queries if 32a + 32 <= length");
  EXPECT_EQ(queries("causal & window(64)"),
            "32a .. min(32a + 95, queries); full: 32a + 31 .. min(32a + 64, queries)");
}

TEST(MaskBounds, NumbersAreMergedSoThatNoKeyCountsTwice) {
  MaskBounds bounds = MaskBounds::onKeys(mask("causal & (sink(20) | window(64))"), 16);
  MaskSizes sizes{512, 512, 512};
  EXPECT_THAT(bounds.touched(0, sizes), ElementsAre(Range{0, 16}));
  EXPECT_THAT(bounds.touched(4, sizes), ElementsAre(Range{0, 80}));
  EXPECT_THAT(bounds.touched(10, sizes), ElementsAre(Range{0, 20}, Range{97, 176}));
  EXPECT_THAT(bounds.touched(10, sizes, /*blockSize=*/16), ElementsAre(Range{0, 2}, Range{6, 11}));
  EXPECT_THAT(bounds.full(10, sizes), ElementsAre(Range{0, 20}, Range{112, 161}));
  EXPECT_THAT(bounds.full(10, sizes, /*blockSize=*/16), ElementsAre(Range{0, 1}, Range{7, 10}));
  MaskBounds padded = MaskBounds::onKeys(mask("padding"), 16);
  EXPECT_THAT(padded.full(3, {100, 90, 90}, 16), ElementsAre(Range{0, 6})); // up to the border
  EXPECT_THAT(padded.full(3, {100, 90, 89}, 16), ElementsAre(Range{0, 5}));
  EXPECT_THAT(padded.touched(3, {100, 90, 0}), IsEmpty());
}

TEST(MaskBounds, OfRowsKnowHowFarApartAPairIs) {
  auto rows = [](const char *text) {
    MaskBounds bounds = MaskBounds::onKeys(mask(text), 64, Blocks::OfRows);
    return MaskBounds::describe(bounds.touched()) +
           "; full: " + MaskBounds::describe(bounds.full());
  };
  EXPECT_EQ(rows("k >= 0"), "0 .. keys; full: 0 .. keys");
  EXPECT_EQ(rows("padding"), "0 .. keys; full: 0 .. keys"); // all are real
  EXPECT_EQ(rows("causal & padding"), "0 .. min(64a + 64, keys); full: 0 .. min(64a + 1, keys)");
  EXPECT_EQ(rows("causal & window(200)"),
            "max(0, 64a - 199) .. min(64a + 64, keys); full: max(0, 64a - 136) .. min(64a + 1, "
            "keys)");
  EXPECT_EQ(rows("sink(4)"), "0 .. min(64a + 67, keys); full: nothing"); // no q is before the first
  EXPECT_EQ(rows("causal | sink(4)"), "0 .. min(64a + 67, keys); full: 0 .. min(64a + 1, keys)");
  EXPECT_EQ(rows("q < 10 & k <= q"), "max(0, 64a - 9) .. min(64a + 64, keys); full: nothing");
  EXPECT_EQ(rows("causal & present"), "0 .. min(64a + 64, keys); full: nothing");
  EXPECT_EQ(rows("causal & q % 2 == 0"), "0 .. min(64a + 64, keys); full: nothing");
  EXPECT_EQ(rows("causal & window(64) & (q - k) % 8 == 0"),
            "max(0, 64a - 56) .. min(64a + 64, keys); full: nothing");
  EXPECT_EQ(rows("causal & k > q"), "nothing; full: nothing");
}

TEST(MaskBounds, FewRangesAreKeptOfMany) {
  std::string stripes = "k == 0";
  for (int i = 1; i < 8; ++i)
    stripes += " | k == " + std::to_string(i * i);
  MaskBounds bounds = MaskBounds::onKeys(mask(stripes), 4);
  EXPECT_THAT(bounds.touched(0, {4, 100, 100}),
              ElementsAre(Range{0, 17}, Range{25, 26}, Range{36, 37}, Range{49, 50}));
  EXPECT_EQ(bounds.full(0, {4, 100, 100}).size(), MaskBounds::mostRanges);
}

/// None where it has more alternatives than a mask may have.
std::optional<MaskSet> maskIfAllowed(const std::string &text) {
  try {
    return mask(text);
  } catch (const MaskError &) {
    return std::nullopt;
  }
}

bool isIn(const std::vector<Range> &ranges, int64_t at) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range &range) { return range.first <= at && at < range.end; });
}

/// What a mask shows of a block, by looking at each pair.
struct Seen {
  bool any = false, all = true;
};

TEST(MaskBounds, AgreeWithEnumerationOnRandomMasks) {
  std::mt19937 random(10);
  int64_t wasted = 0, needed = 0, found = 0, there = 0;
  for (int round = 0; round < 400; ++round) {
    test::RandomMask text = test::randomMask(random, 2, test::Language(round % 2));
    SCOPED_TRACE(text.text);
    std::optional<MaskSet> set = maskIfAllowed(text.text);
    if (!set)
      continue;
    int64_t size = 1 + random() % 5, group = 1 + random() % 4;
    bool onKeys = random() % 2;
    MaskBounds bounds = onKeys ? MaskBounds::onKeys(*set, size) : MaskBounds::onQueries(*set, size);
    for (int draw = 0; draw < 4; ++draw) {
      MaskSizes sizes{1 + int64_t(random() % 14), 1 + int64_t(random() % 14)};
      sizes.length = random() % (sizes.keys + 1);
      sizes.prefix = random() % (sizes.length + 1);
      int64_t rows = onKeys ? sizes.queries : sizes.keys;
      int64_t columns = onKeys ? sizes.keys : sizes.queries;
      for (int64_t block = 0; block * size < rows; ++block) {
        auto touched = bounds.touched(block, sizes), full = bounds.full(block, sizes);
        auto touchedGroups = bounds.touched(block, sizes, group);
        auto fullGroups = bounds.full(block, sizes, group);
        for (const auto &ranges : {touched, full, touchedGroups, fullGroups}) {
          ASSERT_LE(ranges.size(), MaskBounds::mostRanges);
          for (size_t i = 1; i < ranges.size(); ++i)
            ASSERT_LT(ranges[i - 1].end, ranges[i].first);
        }
        for (int64_t column = 0; column < columns; ++column) {
          Seen seen;
          for (int64_t row = block * size; row < std::min(rows, (block + 1) * size); ++row)
            for (bool present : {false, true}) {
              bool allowed = text.allows(onKeys ? row : column, onKeys ? column : row, sizes.length,
                                         sizes.prefix, present);
              seen.any |= allowed;
              seen.all &= allowed;
            }
          SCOPED_TRACE(::testing::Message()
                       << "block " << block << " of " << size << " at " << column << " of "
                       << sizes.queries << " x " << sizes.keys << ", length " << sizes.length);
          ASSERT_LE(seen.any, isIn(touched, column));
          ASSERT_LE(seen.any, isIn(touchedGroups, column / group));
          ASSERT_LE(isIn(full, column), seen.all);
          ASSERT_LE(isIn(fullGroups, column / group), seen.all);
          wasted += isIn(touched, column) && !seen.any;
          needed += seen.any;
          found += isIn(full, column);
          there += seen.all;
        }
      }
    }
  }
  // Not merely sound: little is visited for nothing, and most of what is full is known to be.
  EXPECT_LT(wasted, needed / 4);
  EXPECT_GT(found, there * 3 / 4);
}

// Where one of several sequences begins and ends in a row is known to nobody.
TEST(MaskBounds, OfRowsAgreeWithEnumerationOnRandomMasks) {
  std::mt19937 random(11);
  int64_t found = 0, needed = 0;
  for (int round = 0; round < 400; ++round) {
    test::RandomMask text = test::randomMask(random, 2, test::Language(round % 2));
    SCOPED_TRACE(text.text);
    if (text.text.find("prefix") != std::string::npos) // is given per row
      continue;
    std::optional<MaskSet> set = maskIfAllowed(text.text);
    if (!set)
      continue;
    int64_t size = 1 + random() % 5, rows = 1 + random() % 24;
    bool onKeys = random() % 2;
    MaskBounds bounds = onKeys ? MaskBounds::onKeys(*set, size, Blocks::OfRows)
                               : MaskBounds::onQueries(*set, size, Blocks::OfRows);
    MaskSizes sizes{rows, rows, rows};
    for (int64_t begin : {int64_t(0), int64_t(random() % rows)}) {
      int64_t end = begin + 1 + random() % (rows - begin);
      for (int64_t block = begin / size; block * size < end; ++block) {
        auto touched = bounds.touched(block, sizes), full = bounds.full(block, sizes);
        for (int64_t column = begin; column < end; ++column) {
          Seen seen;
          for (int64_t row = std::max(begin, block * size); row < std::min(end, (block + 1) * size);
               ++row)
            for (bool present : {false, true}) {
              int64_t q = (onKeys ? row : column) - begin, k = (onKeys ? column : row) - begin;
              bool allowed = text.allows(q, k, rows, 0, present);
              seen.any |= allowed;
              seen.all &= allowed;
            }
          SCOPED_TRACE(::testing::Message() << "block " << block << " of " << size << " at "
                                            << column << " of " << begin << " to " << end);
          ASSERT_LE(seen.any, isIn(touched, column));
          ASSERT_LE(isIn(full, column), seen.all);
          found += isIn(full, column);
          needed += seen.all;
        }
      }
    }
  }
  EXPECT_GT(found, needed / 2); // what goes by distances is known
}

} // namespace
} // namespace loup
