#include "tests/codegen/LoadedKernel.h"
#include "tests/codegen/Near.h"

namespace loup::test {
namespace {

using testing::Pointwise;
using Values = std::vector<double>;

constexpr double epsilon = 1e-2;

/// Layer normalisation and its gradients in double precision, row by row.
struct NaiveLayerNorm {
  Values result, inputGradient, weightGradient, biasGradient;

  NaiveLayerNorm(const Tensor &x, const Tensor &weight, const Tensor &bias, const Tensor &dy)
      : result(x.size()), inputGradient(x.size()), weightGradient(weight.size()),
        biasGradient(weight.size()) {
    int64_t width = x.shape.back();
    for (int64_t row = 0; row < x.size(); row += width) {
      double mean = 0, variance = 0;
      for (int64_t c = 0; c < width; ++c)
        mean += x.real[row + c] / static_cast<double>(width);
      for (int64_t c = 0; c < width; ++c)
        variance += std::pow(x.real[row + c] - mean, 2) / static_cast<double>(width);
      double inverse = 1 / std::sqrt(variance + epsilon);
      auto normal = [&](int64_t c) { return (x.real[row + c] - mean) * inverse; };
      auto scaled = [&](int64_t c) {
        return static_cast<double>(dy.real[row + c]) * weight.real[c];
      };
      double meanScaled = 0, meanProduct = 0;
      for (int64_t c = 0; c < width; ++c) {
        result[row + c] = normal(c) * weight.real[c] + bias.real[c];
        weightGradient[c] += dy.real[row + c] * normal(c);
        biasGradient[c] += dy.real[row + c];
        meanScaled += scaled(c) / static_cast<double>(width);
        meanProduct += scaled(c) * normal(c) / static_cast<double>(width);
      }
      for (int64_t c = 0; c < width; ++c)
        inputGradient[row + c] = (scaled(c) - meanScaled - normal(c) * meanProduct) * inverse;
    }
  }
};

/// The kernels of one shape of input: "[batch, time, width:33]".
struct LayerNormKernels {
  LoadedKernel forward, byInput, byParameters;

  LayerNormKernels(const std::string &rows, const std::string &row)
      : forward("func.func @kernel(%x: " + rows + ", %w: " + row + ", %b: " + row + ") -> " + rows +
                "{\n  %y = loup.layer_norm %x, %w, %b epsilon 1.0e-2 : " + rows + ", " + row +
                "\n  return %y : " + rows + "\n}"),
        byInput("func.func @kernel(%x: " + rows + ", %w: " + row + ", %dy: " + rows + ") -> " +
                rows + "{\n  %dx = loup.layer_norm_gradient %x, %w, %dy epsilon 1.0e-2 : " + rows +
                ", " + row + "\n  return %dx : " + rows + "\n}"),
        byParameters("func.func @kernel(%x: " + rows + ", %dy: " + rows + ") -> (" + row + ", " +
                     row + ") {\n  %dw, %db = loup.layer_norm_parameter_gradient %x, %dy " +
                     "epsilon 1.0e-2 : " + rows + " -> " + row + "\n  return %dw, %db : " + row +
                     ", " + row + "\n}") {}

  void expectPlainLoops(const std::vector<int64_t> &shape) {
    SCOPED_TRACE(testing::PrintToString(shape));
    Tensor x = randomTensor(shape, 1), dy = randomTensor(shape, 2);
    Tensor weight = randomTensor({shape.back()}, 3), bias = randomTensor({shape.back()}, 4);
    for (float &value : x.real)
      value = 3 * value + 7;
    NaiveLayerNorm naive(x, weight, bias, dy);
    EXPECT_THAT(forward({x, weight, bias})[0].real, Pointwise(IsNear(1e-5), naive.result));
    EXPECT_THAT(byInput({x, weight, dy})[0].real, Pointwise(IsNear(1e-5), naive.inputGradient));
    std::vector<Tensor> gradients = byParameters({x, dy});
    EXPECT_THAT(gradients[0].real, Pointwise(IsNear(1e-5), naive.weightGradient));
    EXPECT_THAT(gradients[1].real, Pointwise(IsNear(1e-5), naive.biasGradient));
  }
};

TEST(LayerNorm, EqualsPlainLoops) {
  LayerNormKernels kernels("[batch, time, width:33]", "[width:33]");
  for (auto [batch, time] : {std::pair<int64_t, int64_t>{1, 1}, {3, 17}, {17, 3}})
    kernels.expectPlainLoops({batch, time, 33});
}

TEST(LayerNorm, EqualsPlainLoopsAtEveryWidth) {
  LayerNormKernels kernels("[row, width]", "[width]");
  for (int64_t width : {1, 2, 15, 16, 17, 130})
    kernels.expectPlainLoops({5, width});
}

} // namespace
} // namespace loup::test
