#include "tests/codegen/LoadedKernel.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <numbers>

namespace loup::test {
namespace {

using testing::Each;
using testing::ElementsAreArray;
using testing::FloatNear;
using testing::Pointwise;

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

TEST(Elementwise, WritesSeveralResultsOfOneChain) {
  LoadedKernel kernel(R"(
    func.func @kernel(%x: [time, width], %dy: [time, width])
        -> ([time, width], [time, width], [time, width]) {
      %s = loup.scale %x by 3.0 : [time, width]
      %r = loup.relu %s : [time, width]
      %d = loup.relu_gradient %r, %dy : [time, width]
      return %s, %r, %d : [time, width], [time, width], [time, width]
    })");
  for (int64_t width : {1, 3, 16, 33}) {
    Tensor x = randomTensor({5, width}, 1), dy = randomTensor({5, width}, 2);
    std::vector<float> scaled, positive, gradient;
    for (int64_t i = 0; i < x.size(); ++i) {
      scaled.push_back(x.real[i] * 3);
      positive.push_back(std::max(x.real[i] * 3, 0.0f));
      gradient.push_back(x.real[i] > 0 ? dy.real[i] : 0);
    }
    std::vector<Tensor> results = kernel({x, dy});
    EXPECT_THAT(results[0].real, ElementsAreArray(scaled));
    EXPECT_THAT(results[1].real, ElementsAreArray(positive));
    EXPECT_THAT(results[2].real, ElementsAreArray(gradient));
  }
}

TEST(Elementwise, ReluLetsNaNThrough) {
  LoadedKernel kernel(R"(
    func.func @kernel(%x: [width:3]) -> [width:3] {
      %y = loup.relu %x : [width:3]
      return %y : [width:3]
    })");
  float nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> y = kernel({Tensor{{3}, {nan, -1, 2}, {}}})[0].real;
  EXPECT_TRUE(std::isnan(y[0]));
  EXPECT_EQ(y[1], 0);
  EXPECT_EQ(y[2], 2);
}

TEST(Elementwise, GeluIsExact) {
  LoadedKernel kernel(R"(
    func.func @kernel(%x: [time], %dy: [time]) -> ([time], [time]) {
      %y = loup.gelu %x : [time]
      %dx = loup.gelu_gradient %x, %dy : [time]
      return %y, %dx : [time], [time]
    })");
  int64_t count = 20001;
  Tensor x = makeTensor({count}, [](int64_t i) { return (i - 10000) * 1e-3; });
  Tensor dy = randomTensor({count}, 1);
  std::vector<Tensor> results = kernel({x, dy});
  for (int64_t i = 0; i < count; ++i) {
    double value = x.real[i], below = std::erfc(-value / std::sqrt(2.0)) / 2;
    double density = std::exp(-value * value / 2) / std::sqrt(2 * std::numbers::pi);
    double tolerance = 2e-7 * std::max(1.0, std::abs(value));
    ASSERT_NEAR(results[0].real[i], value * below, tolerance) << value;
    double slope = below + value * density;
    ASSERT_NEAR(results[1].real[i], dy.real[i] * slope, tolerance * std::abs(dy.real[i])) << value;
  }
}

TEST(Elementwise, ConstantFillsItsShape) {
  LoadedKernel kernel(R"(
    func.func @kernel() -> [batch, time] {
      %one = loup.constant 1.0 : [batch, time]
      return %one : [batch, time]
    })");
  EXPECT_THAT(kernel({}, {{"batch", 3}, {"time", 17}})[0].real, Each(1.0f));
}

} // namespace
} // namespace loup::test
