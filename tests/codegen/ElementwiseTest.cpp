#include "tests/codegen/LoadedKernel.h"

#include <gmock/gmock.h>

namespace loup::test {
namespace {

using testing::ElementsAreArray;

TEST(Elementwise, AddsABiasAlongTheAxesItHas) {
  LoadedKernel kernel(R"(
    func.func @kernel(%x: [batch, time, width:33], %bias: [time]) -> [batch, time, width:33] {
      %y = loup.add %x, %bias : [batch, time, width:33], [time]
      return %y : [batch, time, width:33]
    })");
  for (int64_t time : {1, 3, 17}) {
    Tensor x = randomTensor({2, time, 33}, 1), bias = randomTensor({time}, 2);
    std::vector<float> expected;
    for (int64_t i = 0; i < x.size(); ++i)
      expected.push_back(x.real[i] + bias.real[i / 33 % time]);
    EXPECT_THAT(kernel({x, bias})[0].real, ElementsAreArray(expected));
  }
}

} // namespace
} // namespace loup::test
