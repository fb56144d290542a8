#include "codegen/kernels/DropoutHash.h"
#include "tests/codegen/LoadedKernel.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

namespace loup::test {
namespace {

using testing::ElementsAreArray;

constexpr const char *activations = R"(
    func.func @kernel(%x: [batch, time, width:33], %key: i[], %example: i[batch],
                      %position: i[time]) -> [batch, time, width:33] {
      %y = loup.dropout %x rate 0.3 key %key at %example, %position
          : [batch, time, width:33], i[], i[batch], i[time]
      return %y : [batch, time, width:33]
    })";

Tensor ones(std::vector<int64_t> shape) {
  return makeTensor(std::move(shape), [](int64_t) { return 1; });
}

TEST(Dropout, IsAFunctionOfKeyExamplePositionAndColumn) {
  LoadedKernel kernel(activations);
  Tensor x = randomTensor({2, 3, 33}, 1);
  Tensor example{{2}, {}, {70000, 5}}, position{{3}, {}, {0, 1, 9}};
  std::vector<float> expected;
  for (uint32_t b = 0; b < 2; ++b)
    for (uint32_t t = 0; t < 3; ++t)
      for (uint32_t c = 0; c < 33; ++c) {
        std::vector<uint32_t> coordinates = {static_cast<uint32_t>(example.integer[b]),
                                             static_cast<uint32_t>(position.integer[t]), c};
        uint32_t bits = dropoutBits<uint32_t>(static_cast<uint32_t>(-7), coordinates);
        float uniform = static_cast<float>(bits >> 8) * 0x1p-24f;
        expected.push_back(uniform >= 0.3f ? x.at({b, t, c}) * (1 / (1 - 0.3f)) : 0);
      }
  EXPECT_THAT(kernel({x, -7, example, position})[0].real, ElementsAreArray(expected));
}

TEST(Dropout, DropsTheRateAndKeepsTheMean) {
  LoadedKernel kernel(activations);
  int64_t batch = 64, time = 40;
  Tensor example = randomIntegers({batch}, 1000000, 1), position{{time}, {}, {}};
  for (int32_t t = 0; t < time; ++t)
    position.integer.push_back(t);
  std::vector<float> y = kernel({ones({batch, time, 33}), 12345, example, position})[0].real;
  double count = static_cast<double>(y.size());
  double dropped = static_cast<double>(std::ranges::count(y, 0.0f)) / count;
  EXPECT_NEAR(dropped, 0.3, 4 * std::sqrt(0.3 * 0.7 / count));
  // Neighbours along each axis are independent: both are dropped at the rate's square.
  for (int64_t step : {int64_t{1}, int64_t{33}, time * 33}) {
    double both = 0;
    for (size_t i = 0; i + step < y.size(); ++i)
      both += y[i] == 0 && y[i + step] == 0;
    EXPECT_NEAR(both / (count - static_cast<double>(step)), 0.09, 5 * std::sqrt(0.09 / count));
  }
}

TEST(Dropout, WithACoordinateForEachAxisHasNoColumn) {
  LoadedKernel kernel(R"(
    func.func @kernel(%w: [batch, head:4, time, time_key], %key: i[], %example: i[batch],
                      %h: i[head:4], %q: i[time], %k: i[time_key]) -> [batch, head:4, time, time_key] {
      %y = loup.dropout %w rate 0.5 key %key at %example, %h, %q, %k
          : [batch, head:4, time, time_key], i[], i[batch], i[head:4], i[time], i[time_key]
      return %y : [batch, head:4, time, time_key]
    })");
  Tensor example{{1}, {}, {11}}, h{{4}, {}, {0, 1, 2, 3}}, q{{3}, {}, {0, 1, 2}};
  Tensor k{{5}, {}, {0, 1, 2, 3, 4}};
  std::vector<float> expected;
  for (uint32_t head = 0; head < 4; ++head)
    for (uint32_t i = 0; i < 3; ++i)
      for (uint32_t j = 0; j < 5; ++j)
        expected.push_back(dropoutBits<uint32_t>(9, {11, head, i, j}) >> 31 ? 2 : 0);
  EXPECT_THAT(kernel({ones({1, 4, 3, 5}), 9, example, h, q, k})[0].real,
              ElementsAreArray(expected));
}

} // namespace
} // namespace loup::test
