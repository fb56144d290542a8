#include "tests/codegen/LoadedKernel.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace loup::test {
namespace {

using testing::ElementsAreArray;

TEST(Embedding, LooksUpRows) {
  LoadedKernel kernel(R"(
    func.func @kernel(%table: [vocabulary:11, width:33], %tokens: i[batch, time])
        -> [batch, time, width:33] {
      %x = loup.lookup %table along "vocabulary" at %tokens
          : [vocabulary:11, width:33], i[batch, time] -> [batch, time, width:33]
      return %x : [batch, time, width:33]
    })");
  Tensor table = randomTensor({11, 33}, 1), tokens = randomIntegers({3, 5}, 11, 2);
  std::vector<float> expected;
  for (int32_t token : tokens.integer)
    for (int64_t c = 0; c < 33; ++c)
      expected.push_back(table.at({token, c}));
  EXPECT_THAT(kernel({table, tokens})[0].real, ElementsAreArray(expected));
}

TEST(Embedding, NeverReadsOutsideOfTheTable) {
  LoadedKernel kernel(R"(
    func.func @kernel(%table: [vocabulary:2, width:1], %tokens: i[time]) -> [time, width:1] {
      %x = loup.lookup %table along "vocabulary" at %tokens
          : [vocabulary:2, width:1], i[time] -> [time, width:1]
      return %x : [time, width:1]
    })");
  Tensor table{{2, 1}, {5, 6}, {}}, tokens{{4}, {}, {-1000000000, 0, 1, 1000000000}};
  EXPECT_THAT(kernel({table, tokens})[0].real, ElementsAreArray({5, 5, 6, 6}));
}

TEST(Embedding, LooksUpSequencesOutOfMany) {
  LoadedKernel kernel(R"(
    func.func @kernel(%table: [source_token, width:3], %sequences: i[time], %offsets: i[boundary])
        -> [time, position, width:3] {
      %x = loup.ragged_lookup %table along "source_token" at %sequences offsets %offsets
          axis "position"
          : [source_token, width:3], i[time], i[boundary] -> [time, position, width:3]
      return %x : [time, position, width:3]
    })");
  Tensor table = randomTensor({9, 3}, 1), sequences{{3}, {}, {2, 0, 2}},
         offsets{{4}, {}, {0, 4, 5, 9}};
  Tensor found = kernel({table, sequences, offsets}, {{"position", 4}})[0];
  for (int64_t i = 0; i < 3; ++i)
    for (int64_t position = 0; position < 4; ++position)
      for (int64_t c = 0; c < 3; ++c)
        EXPECT_EQ(found.at({i, position, c}),
                  table.at({offsets.integer[sequences.integer[i]] + position, c}));
}

TEST(Embedding, LooksUpCachedKeysOfAncestors) {
  LoadedKernel kernel(R"(
    func.func @kernel(%cache: [time_key, slot, width:3], %ancestor: i[hypothesis, time_key])
        -> [hypothesis, time_key, width:3] {
      %x = loup.lookup %cache along "slot" at %ancestor
          : [time_key, slot, width:3], i[hypothesis, time_key] -> [hypothesis, time_key, width:3]
      return %x : [hypothesis, time_key, width:3]
    })");
  Tensor cache = randomTensor({5, 4, 3}, 1), ancestor = randomIntegers({2, 5}, 4, 2);
  std::vector<float> expected;
  for (int64_t h = 0; h < 2; ++h)
    for (int64_t k = 0; k < 5; ++k)
      for (int64_t c = 0; c < 3; ++c)
        expected.push_back(cache.at({k, ancestor.integerAt({h, k}), c}));
  EXPECT_THAT(kernel({cache, ancestor})[0].real, ElementsAreArray(expected));
}

TEST(Embedding, AddsUpTheGradientsOfEachRowInOrder) {
  LoadedKernel kernel(R"(
    func.func @kernel(%dx: [batch, time, width:33], %tokens: i[batch, time])
        -> [vocabulary:11, width:33] {
      %d = loup.lookup_gradient %dx along "vocabulary" at %tokens
          : [batch, time, width:33], i[batch, time] -> [vocabulary:11, width:33]
      return %d : [vocabulary:11, width:33]
    })");
  for (int64_t time : {1, 17}) {
    Tensor dx = randomTensor({3, time, 33}, 1), tokens = randomIntegers({3, time}, 10, 2);
    std::vector<float> expected(11 * 33);
    for (int64_t i = 0; i < tokens.size(); ++i)
      for (int64_t c = 0; c < 33; ++c)
        expected[tokens.integer[i] * 33 + c] += dx.real[i * 33 + c];
    EXPECT_THAT(kernel({dx, tokens})[0].real, ElementsAreArray(expected));
  }
}

} // namespace
} // namespace loup::test
