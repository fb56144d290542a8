#include "tests/codegen/LoadedKernel.h"
#include "tests/codegen/Near.h"

#include <limits>

namespace loup::test {
namespace {

using testing::Each;
using testing::Pointwise;

/// Cross entropy as PyTorch defines it: the target is the label at 1 - smoothing, plus smoothing
/// spread evenly over the whole vocabulary.
struct NaiveCrossEntropy {
  std::vector<double> losses, gradient;

  NaiveCrossEntropy(const Tensor &logits, const Tensor &labels, const Tensor &lengths,
                    const Tensor &byLoss, double smoothing)
      : losses(labels.size()), gradient(logits.size()) {
    int64_t time = logits.shape[1], vocabulary = logits.shape[2];
    for (int64_t i = 0; i < labels.size(); ++i) {
      if (i % time >= lengths.integer[i / time])
        continue;
      const float *row = &logits.real[i * vocabulary];
      double total = 0;
      for (int64_t v = 0; v < vocabulary; ++v)
        total += std::exp(static_cast<double>(row[v]));
      for (int64_t v = 0; v < vocabulary; ++v) {
        double target = smoothing / static_cast<double>(vocabulary);
        if (v == labels.integer[i])
          target += 1 - smoothing;
        losses[i] -= target * (row[v] - std::log(total));
        gradient[i * vocabulary + v] = byLoss.real[i] * (std::exp(row[v]) / total - target);
      }
    }
  }
};

struct CrossEntropyKernels {
  LoadedKernel forward, backward;

  CrossEntropyKernels(const std::string &vocabulary, const std::string &smoothing)
      : forward("func.func @kernel(%x: [batch, time, " + vocabulary +
                "], %y: i[batch, time], %p: i[time], %n: i[batch]) -> [batch, time] {\n" +
                "  %l = loup.cross_entropy %x, %y where %p < %n smoothing " + smoothing +
                " : [batch, time, " + vocabulary +
                "], i[batch, time], i[time], i[batch] -> [batch, time]\n" +
                "  return %l : [batch, time]\n}"),
        backward("func.func @kernel(%x: [batch, time, " + vocabulary +
                 "], %y: i[batch, time], %d: [batch, time], %p: i[time], %n: i[batch])" +
                 " -> [batch, time, " + vocabulary + "] {\n" +
                 "  %g = loup.cross_entropy_gradient %x, %y, %d where %p < %n smoothing " +
                 smoothing + " : [batch, time, " + vocabulary +
                 "], i[batch, time], [batch, time], i[time], i[batch]\n" +
                 "  return %g : [batch, time, " + vocabulary + "]\n}") {}
};

Tensor counted(int64_t size) {
  Tensor positions{{size}, {}, {}};
  for (int32_t i = 0; i < size; ++i)
    positions.integer.push_back(i);
  return positions;
}

/// The last example is padding only, the first has none; padding's logits are NaN.
void expectPlainLoops(const CrossEntropyKernels &kernels, int64_t batch, int64_t time,
                      int64_t vocabulary, double smoothing) {
  SCOPED_TRACE(testing::Message() << batch << " x " << time << " x " << vocabulary);
  Tensor logits = randomTensor({batch, time, vocabulary}, 1);
  for (float &logit : logits.real)
    logit *= 5;
  Tensor labels = randomIntegers({batch, time}, static_cast<int32_t>(vocabulary), 2);
  Tensor byLoss = randomTensor({batch, time}, 3), lengths{{batch}, {}, {}};
  for (int64_t b = 0; b < batch; ++b)
    lengths.integer.push_back(static_cast<int32_t>(b ? (batch - 1 - b) * time / batch : time));
  for (int64_t i = 0; i < logits.size(); ++i)
    if (i / vocabulary % time >= lengths.integer[i / vocabulary / time])
      logits.real[i] = std::numeric_limits<float>::quiet_NaN();
  NaiveCrossEntropy naive(logits, labels, lengths, byLoss, smoothing);
  EXPECT_THAT(kernels.forward({logits, labels, counted(time), lengths})[0].real,
              Pointwise(IsNear(2e-6), naive.losses));
  EXPECT_THAT(kernels.backward({logits, labels, byLoss, counted(time), lengths})[0].real,
              Pointwise(IsNear(2e-6), naive.gradient));
}

TEST(CrossEntropy, EqualsPlainLoops) {
  CrossEntropyKernels kernels("vocabulary:137", "0.1");
  expectPlainLoops(kernels, 1, 1, 137, 0.1f);
  expectPlainLoops(kernels, 5, 7, 137, 0.1f);
}

TEST(CrossEntropy, EqualsPlainLoopsWithoutSmoothing) {
  CrossEntropyKernels kernels("vocabulary:33", "0.0");
  expectPlainLoops(kernels, 4, 5, 33, 0);
}

TEST(CrossEntropy, EqualsPlainLoopsForEveryVocabulary) {
  CrossEntropyKernels kernels("vocabulary", "0.25");
  for (int64_t vocabulary : {1, 2, 15, 16, 17, 100})
    expectPlainLoops(kernels, 3, 5, vocabulary, 0.25);
}

/// Labels come from data; a wrong one counts as the nearest that there is.
TEST(CrossEntropy, NeverReadsOutsideOfTheVocabulary) {
  CrossEntropyKernels kernels("vocabulary:3", "0.0");
  Tensor logits{{1, 2, 3}, {1, 2, 4, 1, 2, 4}, {}}, byLoss{{1, 2}, {1, 1}, {}};
  Tensor wrong{{1, 2}, {}, {-1000000000, 1000000000}}, nearest{{1, 2}, {}, {0, 2}};
  Tensor lengths{{1}, {}, {2}};
  NaiveCrossEntropy naive(logits, nearest, lengths, byLoss, 0);
  EXPECT_THAT(kernels.forward({logits, wrong, counted(2), lengths})[0].real,
              Pointwise(IsNear(1e-6), naive.losses));
  EXPECT_THAT(kernels.backward({logits, wrong, byLoss, counted(2), lengths})[0].real,
              Pointwise(IsNear(1e-6), naive.gradient));
}

} // namespace
} // namespace loup::test
