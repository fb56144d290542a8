#include "tests/codegen/LoadedKernel.h"

#include <gmock/gmock.h>

namespace loup::test {
namespace {

using testing::ElementsAreArray;

TEST(View, SplitsHeads) {
  LoadedKernel kernel(R"(
    func.func @kernel(%x: [batch, time, width:33]) -> [batch, time, head:3, head_width:11] {
      %h = loup.split_heads %x : [batch, time, width:33] -> [batch, time, head:3, head_width:11]
      return %h : [batch, time, head:3, head_width:11]
    })");
  for (int64_t time : {1, 5, 17}) {
    Tensor x = randomTensor({2, time, 33}, 1);
    std::vector<float> expected;
    for (int64_t b = 0; b < 2; ++b)
      for (int64_t t = 0; t < time; ++t)
        for (int64_t h = 0; h < 3; ++h)
          for (int64_t e = 0; e < 11; ++e)
            expected.push_back(x.at({b, t, h * 11 + e}));
    EXPECT_THAT(kernel({x})[0].real, ElementsAreArray(expected));
  }
}

TEST(View, MergesHeads) {
  LoadedKernel kernel(R"(
    func.func @kernel(%h: [batch, time, head:3, head_width:11]) -> [batch, time, width:33] {
      %x = loup.merge_heads %h : [batch, time, head:3, head_width:11] -> [batch, time, width:33]
      return %x : [batch, time, width:33]
    })");
  for (int64_t time : {1, 5, 17}) {
    Tensor h = randomTensor({2, time, 3, 11}, 1);
    std::vector<float> expected;
    for (int64_t b = 0; b < 2; ++b)
      for (int64_t t = 0; t < time; ++t)
        for (int64_t c = 0; c < 33; ++c)
          expected.push_back(h.at({b, t, c / 11, c % 11}));
    EXPECT_THAT(kernel({h})[0].real, ElementsAreArray(expected));
  }
}

TEST(View, RenamesAnAxis) {
  LoadedKernel kernel(R"(
    func.func @kernel(%x: [batch, time, width:5], %bias: [time_key])
        -> [batch, time_key, width:5] {
      %k = loup.rename %x : [batch, time, width:5] -> [batch, time_key, width:5]
      %y = loup.add %k, %bias : [batch, time_key, width:5], [time_key]
      return %y : [batch, time_key, width:5]
    })");
  for (int64_t time : {1, 3, 17}) {
    Tensor x = randomTensor({2, time, 5}, 1), bias = randomTensor({time}, 2);
    std::vector<float> expected;
    for (int64_t b = 0; b < 2; ++b)
      for (int64_t t = 0; t < time; ++t)
        for (int64_t c = 0; c < 5; ++c)
          expected.push_back(x.at({b, t, c}) + bias.at({t}));
    EXPECT_THAT(kernel({x, bias})[0].real, ElementsAreArray(expected));
  }
}

} // namespace
} // namespace loup::test
