#include "tests/codegen/LoadedKernel.h"

#include <gmock/gmock.h>

namespace loup::test {
namespace {

using testing::FloatNear;
using testing::Pointwise;

TEST(Product, LinearLayer) {
  LoadedKernel kernel(R"(
    func.func @kernel(%x: [batch, time, width:33], %w: [hidden:100, width:33])
        -> [batch, time, hidden:100] {
      %y = loup.product %x, %w : [batch, time, width:33], [hidden:100, width:33]
          -> [batch, time, hidden:100]
      return %y : [batch, time, hidden:100]
    })");
  for (int64_t time : {1, 3, 17}) {
    Tensor x = randomTensor({2, time, 33}, 1), w = randomTensor({100, 33}, 2);
    std::vector<float> expected;
    for (int64_t row = 0; row < 2 * time; ++row)
      for (int64_t n = 0; n < 100; ++n) {
        double sum = 0;
        for (int64_t k = 0; k < 33; ++k)
          sum += x.real[row * 33 + k] * w.real[n * 33 + k];
        expected.push_back(static_cast<float>(sum));
      }
    EXPECT_THAT(kernel({x, w})[0].real, Pointwise(FloatNear(1e-5f), expected));
  }
}

} // namespace
} // namespace loup::test
