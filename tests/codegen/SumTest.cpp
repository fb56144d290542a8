#include "tests/codegen/LoadedKernel.h"

#include "runtime/ThreadPool.h"

#include <gmock/gmock.h>

namespace loup::test {
namespace {

using testing::ElementsAreArray;

/// The sum over the last axis but one for each of the first, then over the first, in order.
std::vector<float> sumOfSums(const Tensor &x) {
  int64_t batch = x.shape[0], time = x.shape[1], width = x.shape[2];
  std::vector<float> total(width);
  for (int64_t c = 0; c < width; ++c)
    for (int64_t b = 0; b < batch; ++b) {
      float partial = 0;
      for (int64_t t = 0; t < time; ++t)
        partial += x.at({b, t, c});
      total[c] += partial;
    }
  return total;
}

TEST(Sum, OverBatchAndTimeInOrder) {
  LoadedKernel kernel(R"(
    func.func @kernel(%d: [batch, time, width:100]) -> [width:100] {
      %b = loup.sum %d : [batch, time, width:100] -> [width:100]
      return %b : [width:100]
    })");
  for (int threads : {1, 3}) {
    setThreadCount(threads);
    for (auto [batch, time] : {std::pair<int64_t, int64_t>{1, 1}, {3, 17}, {17, 3}}) {
      Tensor d = randomTensor({batch, time, 100}, 1);
      EXPECT_THAT(kernel({d})[0].real, ElementsAreArray(sumOfSums(d)));
    }
  }
  setThreadCount(1);
}

TEST(Sum, OfWhatIsComputedAsItIsRead) {
  LoadedKernel kernel(R"(
    func.func @kernel(%y: [batch, time, width:3], %dy: [batch, time, width:3]) -> [width:3] {
      %d = loup.relu_gradient %y, %dy : [batch, time, width:3]
      %b = loup.sum %d : [batch, time, width:3] -> [width:3]
      %s = loup.scale %b by 2.0 : [width:3]
      return %s : [width:3]
    })");
  Tensor y = randomTensor({5, 7, 3}, 1), dy = randomTensor({5, 7, 3}, 2), d = dy;
  for (int64_t i = 0; i < d.size(); ++i)
    d.real[i] = y.real[i] > 0 ? dy.real[i] : 0;
  std::vector<float> expected = sumOfSums(d);
  for (float &value : expected)
    value *= 2;
  EXPECT_THAT(kernel({y, dy})[0].real, ElementsAreArray(expected));
}

TEST(Sum, OverOneAxisAndToOneNumber) {
  LoadedKernel rows(R"(
    func.func @kernel(%d: [time, width]) -> [width] {
      %b = loup.sum %d : [time, width] -> [width]
      return %b : [width]
    })");
  Tensor d{{3, 2}, {1, 2, 3, 4, 5, 6}, {}};
  EXPECT_THAT(rows({d})[0].real, ElementsAreArray({9, 12}));
  LoadedKernel all(R"(
    func.func @kernel(%d: [time, width]) -> [] {
      %b = loup.sum %d : [time, width] -> []
      return %b : []
    })");
  EXPECT_THAT(all({d})[0].real, ElementsAreArray({21}));
}

} // namespace
} // namespace loup::test
