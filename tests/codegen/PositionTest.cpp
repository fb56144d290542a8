#include "runtime/Driver.h"
#include "tests/codegen/LoadedKernel.h"

#include <gmock/gmock.h>

#include <cmath>
#include <complex>
#include <numeric>

namespace loup::test {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

TEST(Position, CountsFromZero) {
  LoadedKernel kernel(R"(
    func.func @kernel() -> i[time] {
      %p = loup.positions : i[time]
      return %p : i[time]
    })");
  EXPECT_THAT(kernel({}, {{"time", 5}})[0].integer, ElementsAre(0, 1, 2, 3, 4));
}

TEST(Position, KeptOnesAreThoseWrittenLastInTheirRows) {
  LoadedKernel kernel(R"(
    func.func @kernel(%position: i[]) -> i[row:5] {
      %p = loup.kept_positions at %position first 2 last 3 : i[] -> i[row:5]
      return %p : i[row:5]
    })");
  std::vector<int32_t> rows = {0, 1, 2, 3, 4}; // nothing is written: later than any position
  for (int32_t position = 0; position < 20; ++position) {
    rows[keptRow(position, 2, 3)] = position;
    EXPECT_EQ(kernel({position})[0].integer, rows);
  }
  EXPECT_THAT(rows, ElementsAre(0, 1, 17, 18, 19));
}

/// PyTorch's table computed in doubles; in floats its own error grows to 5e-4 at position 16384.
TEST(Position, SinusoidIsPreciseFarOut) {
  LoadedKernel kernel(R"(
    func.func @kernel(%p: i[time]) -> [time, width:34] {
      %e = loup.sinusoid %p : i[time] -> [time, width:34]
      return %e : [time, width:34]
    })");
  Tensor positions{{2001}, {}, {}};
  for (int32_t i = 0; i < 2000; ++i)
    positions.integer.push_back(i < 1000 ? i : i * 8);
  positions.integer.push_back(16384);
  std::vector<float> table = kernel({positions})[0].real;
  for (size_t i = 0; i < positions.integer.size(); ++i)
    for (int c = 0; c < 34; ++c) {
      double angle = positions.integer[i] * std::pow(10000.0, -(c / 2 * 2) / 34.0);
      ASSERT_NEAR(table[i * 34 + c], c % 2 ? std::cos(angle) : std::sin(angle), 6.1e-8)
          << "position " << positions.integer[i] << ", column " << c;
    }
}

/// A pair of columns is a complex number, turned by its angle.
TEST(Position, RotaryTurnsNeighbouringColumnsFarOut) {
  const std::string ir = R"(
    func.func @kernel(%p: i[time], %x: [batch, time, head:3, head_width:12])
        -> [batch, time, head:3, head_width:12] {
      %e = loup.sinusoid %p : i[time] -> [time, head_width:12]
      %y = loup.rotary %x by %e INVERSE : [batch, time, head:3, head_width:12], [time, head_width:12]
      return %y : [batch, time, head:3, head_width:12]
    })";
  Tensor positions{{6}, {}, {0, 1, 2, 127, 4095, 16384}}, x = randomTensor({2, 6, 3, 12}, 1);
  for (bool isInverse : {false, true}) {
    std::string text = ir;
    text.replace(text.find("INVERSE"), 7, isInverse ? "inverse" : "");
    std::vector<float> y = LoadedKernel(text)({positions, x})[0].real;
    for (int64_t i = 0; i < x.size(); i += 2) {
      int64_t column = i % 12, position = positions.integer[i / 36 % 6];
      double angle = static_cast<double>(position) * std::pow(10000.0, -column / 12.0);
      std::complex<double> pair(x.real[i], x.real[i + 1]);
      std::complex<double> turned = pair * std::polar(1.0, isInverse ? -angle : angle);
      ASSERT_NEAR(y[i], turned.real(), 1e-6) << "position " << position << ", column " << column;
      ASSERT_NEAR(y[i + 1], turned.imag(), 1e-6) << "position " << position;
    }
  }
}

/// What rotary positions are for.
TEST(Position, ProductsOfTurnedRowsGoByTheDifferenceOfPositions) {
  LoadedKernel kernel(R"(
    func.func @kernel(%p: i[time], %x: [time, head_width:32]) -> [time, head_width:32] {
      %e = loup.sinusoid %p : i[time] -> [time, head_width:32]
      %y = loup.rotary %x by %e : [time, head_width:32], [time, head_width:32]
      return %y : [time, head_width:32]
    })");
  auto product = [&](int32_t query, int32_t key) {
    Tensor x = randomTensor({2, 32}, 1);
    std::vector<float> y = kernel({Tensor{{2}, {}, {query, key}}, x})[0].real;
    return std::inner_product(y.begin(), y.begin() + 32, y.begin() + 32, 0.0);
  };
  for (int32_t difference : {0, 1, 5, 300})
    for (int32_t key : {1, 100, 16000})
      EXPECT_NEAR(product(key + difference, key), product(difference, 0), 1e-5);
}

TEST(Position, ShiftsRightAfterBegin) {
  LoadedKernel kernel(R"(
    func.func @kernel(%target: i[batch, time]) -> i[batch, time] {
      %seen = loup.shift_right %target along "time" begin 2 : i[batch, time]
      return %seen : i[batch, time]
    })");
  EXPECT_THAT(kernel({Tensor{{2, 3}, {}, {5, 6, 7, 8, 9, 10}}})[0].integer,
              ElementsAre(2, 5, 6, 2, 8, 9));
  EXPECT_THAT(kernel({Tensor{{1, 1}, {}, {5}}})[0].integer, ElementsAre(2));
}

TEST(Position, EmbedsTokensAsTransformersDo) {
  LoadedKernel kernel(R"(
    func.func @kernel(%table: [vocabulary:11, width:6], %target: i[batch, time])
        -> [batch, time, width:6] {
      %seen = loup.shift_right %target along "time" begin 2 : i[batch, time]
      %x = loup.lookup %table along "vocabulary" at %seen
          : [vocabulary:11, width:6], i[batch, time] -> [batch, time, width:6]
      %s = loup.scale %x by 2.0 : [batch, time, width:6]
      %p = loup.positions : i[time]
      %e = loup.sinusoid %p : i[time] -> [time, width:6]
      %y = loup.add %s, %e : [batch, time, width:6], [time, width:6]
      return %y : [batch, time, width:6]
    })");
  Tensor table = randomTensor({11, 6}, 1), target = randomIntegers({2, 3}, 11, 2);
  std::vector<float> y = kernel({table, target})[0].real;
  for (int64_t b = 0; b < 2; ++b)
    for (int64_t t = 0; t < 3; ++t)
      for (int64_t c = 0; c < 6; ++c) {
        int32_t token = t == 0 ? 2 : target.integerAt({b, t - 1});
        double angle = t * std::pow(10000.0, -(c / 2 * 2) / 6.0);
        double position = c % 2 ? std::cos(angle) : std::sin(angle);
        EXPECT_NEAR(y[(b * 3 + t) * 6 + c], 2 * table.at({token, c}) + position, 1e-6);
      }
}

} // namespace
} // namespace loup::test
