// What is added to scores for distances, as tensors.
#include "tests/codegen/LoadedKernel.h"
#include "tests/codegen/ScoreTerms.h"

#include <gmock/gmock.h>

namespace loup::test {
namespace {

using testing::ElementsAre;

/// Positions that lie everywhere up to 16,384.
Tensor somePositions(uint64_t key) {
  Tensor positions = randomIntegers({40}, 16385, key);
  for (int32_t i = 0; i < 20; ++i)
    positions.integer[i] = i * (i + 1) / 2;
  positions.integer[39] = 16384;
  return positions;
}

TEST(AlibiSlopes, AreThePapers) {
  EXPECT_THAT(alibiSlopes(8),
              ElementsAre(1 / 2., 1 / 4., 1 / 8., 1 / 16., 1 / 32., 1 / 64., 1 / 128., 1 / 256.));
  // Hugging Face's BLOOM, build_alibi_tensor, for 6 and 12 heads.
  EXPECT_THAT(alibiSlopes(6), ElementsAre(0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125));
  EXPECT_THAT(alibiSlopes(1), ElementsAre(1 / 256.));
}

class Alibi : public testing::TestWithParam<int> {};

TEST_P(Alibi, FallsWithTheDistance) {
  int heads = GetParam();
  std::string head = "head:" + std::to_string(heads);
  LoadedKernel kernel("func.func @kernel(%q: i[target], %k: i[target_key]) -> [" + head +
                      ", target, target_key] {\n"
                      "%t = loup.alibi queries %q keys %k : i[target], i[target_key] -> [" +
                      head + ", target, target_key]\n return %t : [" + head +
                      ", target, target_key]\n}");
  Tensor queries = somePositions(1), keys = somePositions(2);
  std::vector<float> term = kernel({queries, keys})[0].real;
  std::vector<double> slopes = alibiSlopes(heads);
  size_t i = 0;
  for (int h = 0; h < heads; ++h)
    for (int32_t q : queries.integer)
      for (int32_t k : keys.integer)
        ASSERT_FLOAT_EQ(term[i++], static_cast<float>(-slopes[h] * std::abs(q - k)))
            << "head " << h << ", query " << q << ", key " << k;
}

INSTANTIATE_TEST_SUITE_P(Heads, Alibi, testing::Values(1, 2, 4, 6, 12));

struct Buckets {
  int count, furthest;
  bool oneSided;
};

class RelativeBucket : public testing::TestWithParam<Buckets> {};

TEST_P(RelativeBucket, IsThatOfT5) {
  auto [count, furthest, oneSided] = GetParam();
  std::string words = "<" + std::to_string(count) + ", " + std::to_string(furthest) +
                      (oneSided ? ", one_sided>" : ">");
  LoadedKernel kernel(
      "func.func @kernel(%q: i[source], %k: i[source_key]) -> i[source, source_key] {\n"
      "%b = loup.relative_bucket " +
      words +
      " queries %q keys %k : i[source], i[source_key] -> i[source, source_key]\n"
      "return %b : i[source, source_key]\n}");
  Tensor queries = somePositions(1), keys = somePositions(2);
  for (int32_t i = 0; i < 300; ++i) // every distance around the furthest
    keys.integer.push_back(i);
  keys.shape[0] = static_cast<int64_t>(keys.integer.size());
  std::vector<int32_t> bucket = kernel({queries, keys})[0].integer;
  size_t i = 0;
  for (int32_t q : queries.integer)
    for (int32_t k : keys.integer)
      ASSERT_EQ(bucket[i++], relativeBucket(k - q, count, furthest, oneSided))
          << "query " << q << ", key " << k;
}

INSTANTIATE_TEST_SUITE_P(Tables, RelativeBucket,
                         testing::Values(Buckets{32, 128, false}, Buckets{32, 128, true},
                                         Buckets{8, 20, false}, Buckets{2, 3, true}));

TEST(RelativeBuckets, BeginAsInTheReferenceCode) {
  auto first = [](int bucket, bool oneSided) {
    int distance = 0;
    while (relativeBucket(-distance, 32, 128, oneSided) < bucket)
      ++distance;
    return distance;
  };
  std::vector<int> oneSided, twoSided;
  for (int bucket = 0; bucket < 32; ++bucket)
    oneSided.push_back(first(bucket, true));
  for (int bucket = 0; bucket < 16; ++bucket)
    twoSided.push_back(first(bucket, false));
  // As the reference code in PyTorch 2.13 gives them.
  EXPECT_THAT(oneSided, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 19,
                                    21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87, 99, 113));
  EXPECT_THAT(twoSided, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91));
}

} // namespace
} // namespace loup::test
