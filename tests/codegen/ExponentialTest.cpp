#include "codegen/kernels/Exponential.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace loup::test {
namespace {

/// What `function` makes of each number.
template <class Function> std::vector<float> apply(Function function, std::vector<float> numbers) {
  Halide::Buffer<float> input(numbers.data(), static_cast<int>(numbers.size()));
  Halide::Func result;
  Halide::Var i;
  result(i) = function(input(i));
  result.vectorize(i, 8, Halide::TailStrategy::GuardWithIf);
  Halide::Buffer<float> output = result.realize({input.width()});
  return {output.begin(), output.end()};
}

/// In units of the last place of the float next to `exact`.
double error(float value, double exact) {
  float near = std::abs(static_cast<float>(exact));
  return std::abs(value - exact) / (std::nextafter(near, HUGE_VALF) - near);
}

/// Whether `function` is what the double-precision `exact` says, within two such units.
template <class Function>
void expectClose(Function function, double (*exact)(double), const std::vector<float> &numbers) {
  std::vector<float> results = apply(function, numbers);
  for (size_t i = 0; i < numbers.size(); ++i)
    ASSERT_LE(error(results[i], exact(static_cast<double>(numbers[i]))), 2) << numbers[i];
}

TEST(Exponential, IsWithinTwoUnitsInTheLastPlace) {
  std::vector<float> numbers;
  for (int i = 0; i <= 2'000'000; ++i)
    numbers.push_back(static_cast<float>(-87 + i * 175.0 / 2'000'000));
  for (float small = 1; small > 1e-38f; small /= 3)
    numbers.insert(numbers.end(), {small, -small});
  expectClose(exponential, std::exp, numbers);
}

TEST(Exponential, IsZeroFarBelowZeroAndKeepsNaN) {
  float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> results =
      apply(exponential, {std::nextafter(-87.0f, -infinity), -1e30f, -infinity,
                          std::numeric_limits<float>::quiet_NaN()});
  EXPECT_EQ(results[0], 0);
  EXPECT_EQ(results[1], 0);
  EXPECT_EQ(results[2], 0);
  EXPECT_TRUE(std::isnan(results[3]));
}

TEST(Logarithm, IsWithinTwoUnitsInTheLastPlace) {
  std::vector<float> numbers;
  for (float number = std::numeric_limits<float>::min(); number < 1e38f; number *= 1.0001f)
    numbers.push_back(number);
  for (int i = -1000; i <= 1000; ++i)
    if (i != 0)
      numbers.push_back(1 + static_cast<float>(i) * 1e-4f);
  expectClose(logarithm, std::log, numbers);
}

TEST(Logarithm, KeepsInfinityAndNaN) {
  float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> results =
      apply(logarithm, {infinity, std::numeric_limits<float>::quiet_NaN()});
  EXPECT_EQ(results[0], infinity);
  EXPECT_TRUE(std::isnan(results[1]));
}

} // namespace
} // namespace loup::test
