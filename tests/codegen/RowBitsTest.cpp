// A sequence's results do not depend, to the bit, on what else is in its batch, on how long the
// others are, or on the number of threads: every kernel is run on a whole batch and on windows of
// it.
#include "tests/codegen/LoadedKernel.h"

#include "runtime/ThreadPool.h"

#include <gtest/gtest.h>

#include <cstring>

namespace loup::test {
namespace {

struct ListedKernel {
  const char *name;
  std::vector<std::string> axes; // whose windows can be computed alone
  const char *ir;
};

const ListedKernel kernels[] = {
    {"Linear", {"batch", "time"}, R"(
    func.func @kernel(%x: [batch, time, width:128], %w: [hidden:192, width:128])
        -> [batch, time, hidden:192] {
      %y = loup.product %x, %w : [batch, time, width:128], [hidden:192, width:128]
          -> [batch, time, hidden:192]
      return %y : [batch, time, hidden:192]
    })"},
    {"LinearGeluDropoutResidual", {"batch", "time"}, R"(
    func.func @kernel(%x: [batch, time, width:33], %w: [hidden:100, width:33],
                      %bias: [hidden:100], %residual: [batch, time, hidden:100], %key: i[],
                      %example: i[batch], %position: i[time])
        -> ([batch, time, hidden:100], [batch, time, hidden:100]) {
      %p = loup.product %x, %w {scale = 0.3 : f32}
          : [batch, time, width:33], [hidden:100, width:33] -> [batch, time, hidden:100]
      %b = loup.add %p, %bias : [batch, time, hidden:100], [hidden:100]
      %g = loup.gelu %b : [batch, time, hidden:100]
      %d = loup.dropout %g rate 0.25 key %key at %example, %position
          : [batch, time, hidden:100], i[], i[batch], i[time]
      %y = loup.add %d, %residual : [batch, time, hidden:100], [batch, time, hidden:100]
      return %b, %y : [batch, time, hidden:100], [batch, time, hidden:100]
    })"},
    {"LinearOfReluGradient", {"batch", "time"}, R"(
    func.func @kernel(%y: [batch, time, hidden:100], %dy: [batch, time, hidden:100],
                      %w: [hidden:100, width:33]) -> [batch, time, width:33] {
      %d = loup.relu_gradient %y, %dy : [batch, time, hidden:100]
      %dx = loup.product %d, %w : [batch, time, hidden:100], [hidden:100, width:33]
          -> [batch, time, width:33]
      return %dx : [batch, time, width:33]
    })"},
    {"ByInput", {"batch", "time"}, R"(
    func.func @kernel(%dy: [batch, time, hidden:192], %w: [hidden:192, width:128])
        -> [batch, time, width:128] {
      %dx = loup.product %dy, %w : [batch, time, hidden:192], [hidden:192, width:128]
          -> [batch, time, width:128]
      return %dx : [batch, time, width:128]
    })"},
    {"Scores", {"batch", "time", "time_key"}, R"(
    func.func @kernel(%q: [batch, time, head:2, head_width:16],
                      %k: [batch, time_key, head:2, head_width:16],
                      %m: [batch, time, time_key]) -> [batch, head:2, time, time_key] {
      %s = loup.product %q, %k {scale = 0.25 : f32} : [batch, time, head:2, head_width:16],
          [batch, time_key, head:2, head_width:16] -> [batch, head:2, time, time_key]
      %h = loup.add_mask %s, %m : [batch, head:2, time, time_key], [batch, time, time_key]
      return %h : [batch, head:2, time, time_key]
    })"},
    {"WeightedSum", {"batch", "time"}, R"(
    func.func @kernel(%w: [batch, head:2, time, time_key],
                      %v: [batch, time_key, head:2, head_width:16])
        -> [batch, time, head:2, head_width:16] {
      %o = loup.product %w, %v : [batch, head:2, time, time_key],
          [batch, time_key, head:2, head_width:16] -> [batch, time, head:2, head_width:16]
      return %o : [batch, time, head:2, head_width:16]
    })"},
    {"ScoresByKey", {"batch", "time_key"}, R"(
    func.func @kernel(%d: [batch, head:2, time, time_key], %q: [batch, time, head:2, head_width:5])
        -> [batch, time_key, head:2, head_width:5] {
      %dk = loup.product %d, %q : [batch, head:2, time, time_key],
          [batch, time, head:2, head_width:5] -> [batch, time_key, head:2, head_width:5]
      return %dk : [batch, time_key, head:2, head_width:5]
    })"},
    {"Step", {"hypothesis"}, R"(
    func.func @kernel(%x: [hypothesis, width:33], %w: [hidden:100, width:33], %b: [hidden:100])
        -> [hypothesis, hidden:100] {
      %p = loup.product %x, %w : [hypothesis, width:33], [hidden:100, width:33]
          -> [hypothesis, hidden:100]
      %y = loup.add %p, %b : [hypothesis, hidden:100], [hidden:100]
      return %y : [hypothesis, hidden:100]
    })"},
    {"StepScores", {"hypothesis", "time_key"}, R"(
    func.func @kernel(%q: [hypothesis, head:2, head_width:16],
                      %k: [hypothesis, time_key, head:2, head_width:16])
        -> [hypothesis, head:2, time_key] {
      %s = loup.product %q, %k : [hypothesis, head:2, head_width:16],
          [hypothesis, time_key, head:2, head_width:16] -> [hypothesis, head:2, time_key]
      return %s : [hypothesis, head:2, time_key]
    })"},
    {"StepWeightedSum", {"hypothesis"}, R"(
    func.func @kernel(%w: [hypothesis, head:2, time_key],
                      %v: [hypothesis, time_key, head:2, head_width:16])
        -> [hypothesis, head:2, head_width:16] {
      %o = loup.product %w, %v : [hypothesis, head:2, time_key],
          [hypothesis, time_key, head:2, head_width:16] -> [hypothesis, head:2, head_width:16]
      return %o : [hypothesis, head:2, head_width:16]
    })"},
    {"Embedding", {"batch", "time"}, R"(
    func.func @kernel(%table: [vocabulary:5, width:34], %tokens: i[batch, time], %p: i[time])
        -> [batch, time, width:34] {
      %x = loup.lookup %table along "vocabulary" at %tokens
          : [vocabulary:5, width:34], i[batch, time] -> [batch, time, width:34]
      %s = loup.scale %x by 5.83095 : [batch, time, width:34]
      %e = loup.sinusoid %p : i[time] -> [time, width:34]
      %y = loup.add %s, %e : [batch, time, width:34], [time, width:34]
      return %y : [batch, time, width:34]
    })"},
    {"GeluGradient", {"batch", "time"}, R"(
    func.func @kernel(%x: [batch, time], %dy: [batch, time]) -> [batch, time] {
      %dx = loup.gelu_gradient %x, %dy : [batch, time]
      return %dx : [batch, time]
    })"},
    {"Softmax", {"batch", "time"}, R"(
    func.func @kernel(%s: [batch, head:2, time, time_key]) -> [batch, head:2, time, time_key] {
      %w = loup.softmax %s : [batch, head:2, time, time_key]
      return %w : [batch, head:2, time, time_key]
    })"},
    {"SoftmaxGradient", {"batch", "time"}, R"(
    func.func @kernel(%w: [batch, head:2, time, time_key], %d: [batch, head:2, time, time_key])
        -> [batch, head:2, time, time_key] {
      %s = loup.softmax_gradient %w, %d : [batch, head:2, time, time_key]
      return %s : [batch, head:2, time, time_key]
    })"},
    {"LogSoftmax", {"hypothesis"}, R"(
    func.func @kernel(%s: [hypothesis, vocabulary:137]) -> [hypothesis, vocabulary:137] {
      %p = loup.log_softmax %s : [hypothesis, vocabulary:137]
      return %p : [hypothesis, vocabulary:137]
    })"},
    {"LayerNorm", {"batch", "time"}, R"(
    func.func @kernel(%x: [batch, time, width:33], %w: [width:33], %b: [width:33])
        -> [batch, time, width:33] {
      %y = loup.layer_norm %x, %w, %b epsilon 1.0e-5 : [batch, time, width:33], [width:33]
      return %y : [batch, time, width:33]
    })"},
    {"LayerNormGradient", {"batch", "time"}, R"(
    func.func @kernel(%x: [batch, time, width:33], %w: [width:33], %dy: [batch, time, width:33])
        -> [batch, time, width:33] {
      %y = loup.layer_norm_gradient %x, %w, %dy epsilon 1.0e-5
          : [batch, time, width:33], [width:33]
      return %y : [batch, time, width:33]
    })"},
    {"CrossEntropy", {"batch", "time"}, R"(
    func.func @kernel(%x: [batch, time, vocabulary:33], %y: i[batch, time], %p: i[time],
                      %n: i[batch]) -> [batch, time] {
      %l = loup.cross_entropy %x, %y where %p < %n smoothing 0.1 : [batch, time, vocabulary:33],
          i[batch, time], i[time], i[batch] -> [batch, time]
      return %l : [batch, time]
    })"},
};

constexpr int64_t wholeSize = 9;

Tensor argumentOf(const TensorType &type, uint64_t key) {
  std::vector<int64_t> shape;
  for (auto &[axis, size] : type.axes)
    shape.push_back(size ? size : wholeSize);
  return type.isReal ? randomTensor(shape, key) : randomIntegers(shape, 5, key);
}

/// The part [first, first + count) along `axis`, if there is such an axis.
Tensor windowOf(const Tensor &tensor, const TensorType &type, const std::string &axis,
                int64_t first, int64_t count) {
  size_t place = 0;
  while (place < type.axes.size() && type.axes[place].first != axis)
    ++place;
  if (place == type.axes.size())
    return tensor;
  int64_t inner = 1;
  for (size_t i = place + 1; i < tensor.shape.size(); ++i)
    inner *= tensor.shape[i];
  int64_t row = tensor.shape[place] * inner;
  Tensor window;
  window.shape = tensor.shape;
  window.shape[place] = count;
  auto copy = [&](const auto &from, auto &to) {
    for (size_t start = 0; start < from.size(); start += row)
      to.insert(to.end(), from.begin() + start + first * inner,
                from.begin() + start + (first + count) * inner);
  };
  copy(tensor.real, window.real);
  copy(tensor.integer, window.integer);
  return window;
}

bool sameBits(const Tensor &a, const Tensor &b) {
  return a.shape == b.shape && a.integer == b.integer &&
         std::memcmp(a.real.data(), b.real.data(), a.real.size() * sizeof(float)) == 0;
}

class RowBits : public testing::TestWithParam<ListedKernel> {};

void PrintTo(const ListedKernel &kernel, std::ostream *stream) { *stream << kernel.name; }

TEST_P(RowBits, DoNotDependOnTheBatch) {
  const ListedKernel &listed = GetParam();
  LoadedKernel kernel(listed.ir);
  std::vector<TensorType> types = kernel.argumentTypes(), resultTypes = kernel.resultTypes();
  std::vector<Argument> whole;
  for (const TensorType &type : types)
    if (type.axes.empty())
      whole.push_back(int32_t{7});
    else
      whole.push_back(argumentOf(type, whole.size()));
  std::vector<Tensor> results = kernel(whole);

  setThreadCount(3);
  std::vector<Tensor> again = kernel(whole);
  setThreadCount(1);
  for (size_t i = 0; i < results.size(); ++i)
    EXPECT_TRUE(sameBits(results[i], again[i])) << "with three threads";

  for (const std::string &axis : listed.axes)
    for (int64_t count : {1, 2, 5, 8})
      for (int64_t first = 0; first + count <= wholeSize; ++first) {
        std::vector<Argument> part = whole;
        for (size_t i = 0; i < part.size(); ++i)
          if (auto *tensor = std::get_if<Tensor>(&part[i]))
            *tensor = windowOf(*tensor, types[i], axis, first, count);
        std::vector<Tensor> partly = kernel(part);
        for (size_t i = 0; i < results.size(); ++i)
          EXPECT_TRUE(sameBits(windowOf(results[i], resultTypes[i], axis, first, count), partly[i]))
              << count << " along " << axis << " from " << first;
      }
}

INSTANTIATE_TEST_SUITE_P(Kernels, RowBits, testing::ValuesIn(kernels),
                         [](const testing::TestParamInfo<ListedKernel> &info) {
                           return std::string(info.param.name);
                         });

} // namespace
} // namespace loup::test
