#include "frontend/explain/MaskPicture.h"

#include "ir/masks/MaskExpression.h"

#include <gmock/gmock.h>

namespace loup {
namespace {

/// Where a block of the brute force stands: none of its pairs allowed, all, or some.
struct Blocks {
  int64_t empty = 0, whole = 0, all = 0;
};

Blocks count(const MaskSet &mask, const MaskSizes &sizes, int64_t step) {
  Blocks blocks;
  for (int64_t a = 0; a < sizes.queries; a += step)
    for (int64_t b = 0; b < sizes.keys; b += step) {
      bool isEmpty = true, isWhole = true;
      for (int64_t q = a; q < std::min(a + step, sizes.queries); ++q)
        for (int64_t k = b; k < std::min(b + step, sizes.keys); ++k)
          (mask.contains(q, k, sizes) ? isEmpty : isWhole) = false;
      blocks.empty += isEmpty;
      blocks.whole += isWhole;
      ++blocks.all;
    }
  return blocks;
}

TEST(MaskPicture, CountsWhatTheSetContains) {
  for (const char *words :
       {"padding", "causal & padding", "causal & padding & window(5)", "!causal",
        "causal & (window(4) | sink(3))", "k <= q & (q - k < 4 | (q - k) % 3 == 0)",
        "prefix | causal", "k <= 2 * q + 1 & padding"})
    for (auto [queries, keys, length] : {std::tuple{16, 16, 13}, {9, 20, 20}, {20, 9, 1}}) {
      SCOPED_TRACE(testing::Message() << words << " " << queries << " " << keys << " " << length);
      MaskSet mask = MaskExpression::parse(words).allowed();
      MaskSizes sizes{.queries = queries, .keys = keys, .length = length, .prefix = 3};
      for (bool ofOneSequence : {false, true}) {
        MaskPicture picture(mask, sizes, 4, {.ofOneSequence = ofOneSequence});
        int64_t pairs = 0, allowed = 0;
        for (int64_t q = 0; q < queries; ++q)
          for (int64_t k = 0; k < keys; ++k)
            if (k < length && (q < length || !ofOneSequence)) {
              ++pairs;
              allowed += mask.contains(q, k, sizes);
            }
        EXPECT_EQ(picture.counts().pairs, pairs);
        EXPECT_EQ(picture.counts().allowed, allowed);
      }
      MaskPicture picture(mask, sizes, 4);
      Blocks blocks = count(mask, sizes, 4);
      EXPECT_EQ(picture.counts().blocks, blocks.all);
      EXPECT_LE(picture.counts().skipped, blocks.empty);
      EXPECT_LE(picture.counts().full, blocks.whole);
      EXPECT_GE(picture.counts().partial(), 0);
    }
}

TEST(MaskPicture, SkipsTheUpperTriangle) {
  MaskPicture picture(MaskExpression::parse("causal").allowed(),
                      {.queries = 32, .keys = 32, .length = 32}, 8);
  EXPECT_EQ(picture.counts().skipped, 6);
  EXPECT_EQ(picture.counts().full, 6);
  EXPECT_EQ(picture.counts().partial(), 4);
}

// Each run of keys is one rectangle, through all rows that have it.
TEST(MaskPicture, DrawsRuns) {
  MaskPicture picture(MaskExpression::parse("sink(2) | k == 3").allowed(),
                      {.queries = 4, .keys = 4, .length = 4}, 4);
  std::string svg = picture.draw("target", "source").text();
  EXPECT_THAT(svg, testing::HasSubstr("d=\"M0 0h2v4h-2zM3 0h1v4h-1z\""));
  EXPECT_THAT(svg, testing::HasSubstr("position in the target"));
  EXPECT_THAT(svg, testing::HasSubstr("position in the source"));
}

} // namespace
} // namespace loup
