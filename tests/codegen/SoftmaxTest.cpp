#include "ir/Constants.h"
#include "tests/codegen/LoadedKernel.h"
#include "tests/codegen/Near.h"

#include <numeric>

namespace loup::test {
namespace {

using testing::Pointwise;

const std::vector<int64_t> everyWidth = {1, 2, 15, 16, 17, 33, 100};

/// Calls `body(row)` with the first index of each row.
template <class Body> void forEachRow(const Tensor &tensor, Body body) {
  for (int64_t row = 0; row < tensor.size(); row += tensor.shape.back())
    body(row);
}

/// Scores of which a mask has hidden some; all of every third row.
Tensor hiddenScores(std::vector<int64_t> shape, float spread) {
  Tensor scores = randomTensor(shape, 1), chance = randomTensor(shape, 2);
  for (int64_t i = 0; i < scores.size(); ++i) {
    bool isHidden = chance.real[i] > 1 || i / shape.back() % 3 == 2;
    scores.real[i] = isHidden ? hiddenScore : scores.real[i] * spread;
  }
  return scores;
}

std::vector<double> naiveSoftmax(const Tensor &scores) {
  std::vector<double> weights(scores.size());
  forEachRow(scores, [&](int64_t row) {
    int64_t end = row + scores.shape.back();
    double largest = *std::max_element(&scores.real[row], &scores.real[row] + end - row);
    double total = 0;
    for (int64_t i = row; i < end; ++i)
      if (scores.real[i] != hiddenScore)
        total += weights[i] = std::exp(scores.real[i] - largest);
    for (int64_t i = row; i < end; ++i)
      weights[i] = total == 0 ? 0 : weights[i] / total;
  });
  return weights;
}

TEST(Softmax, EqualsPlainLoops) {
  LoadedKernel kernel(R"(
    func.func @kernel(%s: [batch, head:3, time, time_key]) -> [batch, head:3, time, time_key] {
      %w = loup.softmax %s : [batch, head:3, time, time_key]
      return %w : [batch, head:3, time, time_key]
    })");
  for (int64_t width : everyWidth) {
    Tensor scores = hiddenScores({2, 3, 5, width}, 50);
    std::vector<float> weights = kernel({scores})[0].real;
    EXPECT_THAT(weights, Pointwise(IsNear(1e-6), naiveSoftmax(scores)));
    for (int64_t i = 0; i < scores.size(); ++i)
      if (scores.real[i] == hiddenScore)
        EXPECT_EQ(weights[i], 0);
  }
}

TEST(Softmax, GradientEqualsPlainLoops) {
  LoadedKernel kernel(R"(
    func.func @kernel(%w: [batch, head:3, time, time_key], %dw: [batch, head:3, time, time_key])
        -> [batch, head:3, time, time_key] {
      %ds = loup.softmax_gradient %w, %dw : [batch, head:3, time, time_key]
      return %ds : [batch, head:3, time, time_key]
    })");
  for (int64_t width : everyWidth) {
    Tensor gradient = randomTensor({2, 3, 5, width}, 3), weights = gradient;
    std::vector<double> exact = naiveSoftmax(hiddenScores(gradient.shape, 1));
    weights.real.assign(exact.begin(), exact.end());
    std::vector<double> expected(gradient.size());
    forEachRow(weights, [&](int64_t row) {
      double dot = 0;
      for (int64_t i = row; i < row + width; ++i)
        dot += static_cast<double>(weights.real[i]) * gradient.real[i];
      for (int64_t i = row; i < row + width; ++i)
        expected[i] = weights.real[i] * (gradient.real[i] - dot);
    });
    EXPECT_THAT(kernel({weights, gradient})[0].real, Pointwise(IsNear(1e-6), expected));
  }
}

/// Logits are so far apart that their exponentials are no floats.
TEST(LogSoftmax, EqualsPlainLoops) {
  auto naive = [](const Tensor &logits) {
    std::vector<double> expected(logits.size());
    forEachRow(logits, [&](int64_t row) {
      int64_t end = row + logits.shape.back();
      double largest = *std::max_element(&logits.real[row], &logits.real[row] + end - row);
      double total = 0;
      for (int64_t i = row; i < end; ++i)
        total += std::exp(logits.real[i] - largest);
      for (int64_t i = row; i < end; ++i)
        expected[i] = logits.real[i] - largest - std::log(total);
    });
    return expected;
  };
  auto logits = [](int64_t hypotheses, int64_t width, float spread) {
    Tensor tensor = randomTensor({hypotheses, width}, 1);
    for (float &logit : tensor.real)
      logit *= spread;
    return tensor;
  };
  LoadedKernel anyWidth(R"(
    func.func @kernel(%x: [hypothesis, vocabulary]) -> [hypothesis, vocabulary] {
      %p = loup.log_softmax %x : [hypothesis, vocabulary]
      return %p : [hypothesis, vocabulary]
    })");
  for (int64_t width : everyWidth)
    for (float spread : {1.0f, 100.0f}) {
      Tensor x = logits(3, width, spread);
      EXPECT_THAT(anyWidth({x})[0].real, Pointwise(IsNear(1e-6), naive(x)));
    }
  LoadedKernel oneWidth(R"(
    func.func @kernel(%x: [hypothesis, vocabulary:137]) -> [hypothesis, vocabulary:137] {
      %p = loup.log_softmax %x : [hypothesis, vocabulary:137]
      return %p : [hypothesis, vocabulary:137]
    })");
  for (int64_t hypotheses : {1, 5}) {
    Tensor x = logits(hypotheses, 137, 3);
    EXPECT_THAT(oneWidth({x})[0].real, Pointwise(IsNear(1e-6), naive(x)));
  }
}

} // namespace
} // namespace loup::test
