#include "codegen/kernels/DropoutHash.h"
#include "tests/codegen/LoadedKernel.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <functional>

namespace loup::test {
namespace {

using testing::FloatNear;
using testing::Pointwise;

/// Sums left[...] * right[...] over all indices of all axes into the result's element, in doubles.
Tensor naiveProduct(const TensorType &leftType, const Tensor &left, const TensorType &rightType,
                    const Tensor &right, const TensorType &resultType, double scale = 1) {
  std::map<std::string, int64_t> sizes, index;
  auto note = [&](const TensorType &type, const Tensor &tensor) {
    for (size_t i = 0; i < type.axes.size(); ++i)
      sizes[type.axes[i].first] = tensor.shape[i];
  };
  note(leftType, left);
  note(rightType, right);
  auto offset = [&](const TensorType &type) {
    int64_t result = 0;
    for (auto &[axis, size] : type.axes)
      result = result * sizes[axis] + index[axis];
    return result;
  };
  Tensor result;
  for (auto &[axis, size] : resultType.axes)
    result.shape.push_back(sizes[axis]);
  std::vector<double> sums(result.size());
  std::function<void(std::map<std::string, int64_t>::iterator)> walk = [&](auto axis) {
    if (axis == sizes.end()) {
      sums[offset(resultType)] +=
          static_cast<double>(left.real[offset(leftType)]) * right.real[offset(rightType)];
      return;
    }
    for (int64_t i = 0; i < axis->second; ++i) {
      index[axis->first] = i;
      walk(std::next(axis));
    }
  };
  walk(sizes.begin());
  for (double sum : sums)
    result.real.push_back(static_cast<float>(scale * sum));
  return result;
}

struct Form {
  const char *name;
  const char *left, *right, *result;
  std::vector<std::map<std::string, int64_t>> sizes; // of the dynamic axes, call by call
};

void PrintTo(const Form &form, std::ostream *stream) { *stream << form.name; }

class ProductForm : public testing::TestWithParam<Form> {};

TEST_P(ProductForm, EqualsPlainLoops) {
  const Form &form = GetParam();
  std::string left = form.left, right = form.right, result = form.result;
  LoadedKernel kernel("func.func @kernel(%a: " + left + ", %b: " + right + ") -> " + result +
                      " {\n  %y = loup.product %a, %b : " + left + ", " + right + " -> " + result +
                      "\n  return %y : " + result + "\n}");
  std::vector<TensorType> types = kernel.argumentTypes();
  for (const auto &sizes : form.sizes) {
    std::vector<Argument> arguments;
    for (const TensorType &type : types) {
      std::vector<int64_t> shape;
      for (auto &[axis, size] : type.axes)
        shape.push_back(size ? size : sizes.at(axis));
      arguments.push_back(randomTensor(shape, arguments.size()));
    }
    Tensor expected = naiveProduct(types[0], std::get<Tensor>(arguments[0]), types[1],
                                   std::get<Tensor>(arguments[1]), kernel.resultTypes()[0]);
    EXPECT_THAT(kernel(arguments)[0].real, Pointwise(FloatNear(5e-5f), expected.real));
  }
}

std::vector<std::map<std::string, int64_t>> sequences() {
  std::vector<std::map<std::string, int64_t>> sizes;
  for (auto [batch, time, key] : std::initializer_list<std::array<int64_t, 3>>{
           {1, 1, 1}, {2, 3, 17}, {5, 17, 3}, {3, 33, 33}})
    sizes.push_back({{"batch", batch}, {"time", time}, {"time_key", key}});
  return sizes;
}

std::vector<std::map<std::string, int64_t>> steps() {
  std::vector<std::map<std::string, int64_t>> sizes;
  for (auto [hypothesis, key] :
       std::initializer_list<std::array<int64_t, 2>>{{1, 1}, {3, 17}, {17, 33}, {70, 2}})
    sizes.push_back({{"hypothesis", hypothesis}, {"time_key", key}});
  return sizes;
}

INSTANTIATE_TEST_SUITE_P(
    Product, ProductForm,
    testing::Values(Form{"linear", "[batch, time, width:128]", "[hidden:192, width:128]",
                         "[batch, time, hidden:192]", sequences()},
                    Form{"linear_odd", "[batch, time, width:33]", "[hidden:17, width:33]",
                         "[batch, time, hidden:17]", sequences()},
                    Form{"linear_narrow", "[batch, time, width:1]", "[hidden:3, width:1]",
                         "[batch, time, hidden:3]", sequences()},
                    Form{"linear_wide", "[batch, time, width:48]", "[hidden:137, width:48]",
                         "[batch, time, hidden:137]", sequences()},
                    Form{"by_input", "[batch, time, hidden:192]", "[hidden:192, width:128]",
                         "[batch, time, width:128]", sequences()},
                    Form{"by_input_odd", "[batch, time, hidden:17]", "[hidden:17, width:33]",
                         "[batch, time, width:33]", sequences()},
                    Form{"by_weight", "[batch, time, hidden:192]", "[batch, time, width:128]",
                         "[hidden:192, width:128]", sequences()},
                    Form{"by_weight_odd", "[batch, time, hidden:17]", "[batch, time, width:33]",
                         "[hidden:17, width:33]", sequences()},
                    Form{"by_weight_narrow", "[batch, time, hidden:3]", "[batch, time, width:1]",
                         "[hidden:3, width:1]", sequences()},
                    Form{"by_weight_far_apart",
                         "[batch, time, hidden:1030]",
                         "[batch, time, width:32]",
                         "[hidden:1030, width:32]",
                         {sequences()[1]}},
                    Form{"scores", "[batch, time, head:3, head_width:16]",
                         "[batch, time_key, head:3, head_width:16]",
                         "[batch, head:3, time, time_key]", sequences()},
                    Form{"scores_odd", "[batch, time, head:2, head_width:5]",
                         "[batch, time_key, head:2, head_width:5]",
                         "[batch, head:2, time, time_key]", sequences()},
                    Form{"weighted", "[batch, head:3, time, time_key]",
                         "[batch, time_key, head:3, head_width:16]",
                         "[batch, time, head:3, head_width:16]", sequences()},
                    Form{"weighted_odd", "[batch, head:2, time, time_key]",
                         "[batch, time_key, head:2, head_width:5]",
                         "[batch, time, head:2, head_width:5]", sequences()},
                    Form{"by_key", "[batch, head:3, time, time_key]",
                         "[batch, time, head:3, head_width:16]",
                         "[batch, time_key, head:3, head_width:16]", sequences()},
                    Form{"by_value", "[batch, time, head:2, head_width:5]",
                         "[batch, head:2, time, time_key]",
                         "[batch, time_key, head:2, head_width:5]", sequences()},
                    Form{"step", "[hypothesis, width:128]", "[hidden:192, width:128]",
                         "[hypothesis, hidden:192]", steps()},
                    Form{"step_odd", "[hypothesis, width:33]", "[hidden:17, width:33]",
                         "[hypothesis, hidden:17]", steps()},
                    Form{"step_scores", "[hypothesis, head:3, head_width:16]",
                         "[hypothesis, time_key, head:3, head_width:16]",
                         "[hypothesis, head:3, time_key]", steps()},
                    Form{"step_weighted", "[hypothesis, head:3, time_key]",
                         "[hypothesis, time_key, head:3, head_width:16]",
                         "[hypothesis, head:3, head_width:16]", steps()},
                    Form{"of_one_row", "[width:33]", "[hidden:17, width:33]", "[hidden:17]", {{}}}),
    [](const testing::TestParamInfo<Form> &info) { return std::string(info.param.name); });

TEST(Product, WithBiasReluDropoutAndResidual) {
  LoadedKernel kernel(R"(
    func.func @kernel(%x: [batch, time, width:33], %w: [hidden:100, width:33],
                      %bias: [hidden:100], %residual: [batch, time, hidden:100], %key: i[],
                      %example: i[batch], %position: i[time])
        -> ([batch, time, hidden:100], [batch, time, hidden:100]) {
      %p = loup.product %x, %w {scale = 0.5 : f32}
          : [batch, time, width:33], [hidden:100, width:33] -> [batch, time, hidden:100]
      %b = loup.add %p, %bias : [batch, time, hidden:100], [hidden:100]
      %r = loup.relu %b : [batch, time, hidden:100]
      %d = loup.dropout %r rate 0.25 key %key at %example, %position
          : [batch, time, hidden:100], i[], i[batch], i[time]
      %y = loup.add %residual, %d : [batch, time, hidden:100], [batch, time, hidden:100]
      return %r, %y : [batch, time, hidden:100], [batch, time, hidden:100]
    })");
  for (int64_t time : {1, 3, 17}) {
    Tensor x = randomTensor({2, time, 33}, 1), w = randomTensor({100, 33}, 2);
    Tensor bias = randomTensor({100}, 3), residual = randomTensor({2, time, 100}, 4);
    Tensor example{{2}, {}, {3, 8}}, position{{time}, {}, {}};
    for (int32_t t = 0; t < time; ++t)
      position.integer.push_back(t);
    auto types = kernel.argumentTypes();
    Tensor relu = naiveProduct(types[0], x, types[1], w, kernel.resultTypes()[0], 0.5);
    Tensor y = residual;
    for (int64_t i = 0; i < relu.size(); ++i) {
      relu.real[i] = std::max(relu.real[i] + bias.real[i % 100], 0.0f);
      uint32_t t = static_cast<uint32_t>(i / 100 % time), c = static_cast<uint32_t>(i % 100);
      uint32_t b = static_cast<uint32_t>(example.integer[i / 100 / time]);
      if (dropoutBits<uint32_t>(99, {b, t, c}) >> 30)
        y.real[i] += relu.real[i] / 0.75f;
    }
    std::vector<Tensor> results = kernel({x, w, bias, residual, 99, example, position});
    EXPECT_THAT(results[0].real, Pointwise(FloatNear(2e-5f), relu.real));
    EXPECT_THAT(results[1].real, Pointwise(FloatNear(2e-5f), y.real));
  }
}

TEST(Product, OfOperandsThatAreComputedAsTheyAreRead) {
  LoadedKernel linear(R"(
    func.func @kernel(%x: [batch, time, head:3, head_width:11], %w: [hidden:20, width:33])
        -> [batch, time, hidden:20] {
      %m = loup.merge_heads %x : [batch, time, head:3, head_width:11] -> [batch, time, width:33]
      %s = loup.scale %m by 2.0 : [batch, time, width:33]
      %v = loup.scale %w by 0.5 : [hidden:20, width:33]
      %y = loup.product %s, %v : [batch, time, width:33], [hidden:20, width:33]
          -> [batch, time, hidden:20]
      return %y : [batch, time, hidden:20]
    })");
  Tensor x = randomTensor({2, 5, 33}, 1), w = randomTensor({20, 33}, 2);
  TensorType rows{true, {{"batch", 0}, {"time", 0}, {"width", 33}}};
  TensorType weights{true, {{"hidden", 20}, {"width", 33}}};
  TensorType hidden{true, {{"batch", 0}, {"time", 0}, {"hidden", 20}}};
  Tensor expected = naiveProduct(rows, x, weights, w, hidden);
  x.shape = {2, 5, 3, 11};
  EXPECT_THAT(linear({x, w})[0].real, Pointwise(FloatNear(2e-5f), expected.real));

  LoadedKernel byWeight(R"(
    func.func @kernel(%dy: [batch, time, hidden:20], %x: [batch, time, width:33])
        -> [hidden:20, width:33] {
      %d = loup.scale %dy by 2.0 : [batch, time, hidden:20]
      %v = loup.scale %x by 0.5 : [batch, time, width:33]
      %dw = loup.product %d, %v : [batch, time, hidden:20], [batch, time, width:33]
          -> [hidden:20, width:33]
      return %dw : [hidden:20, width:33]
    })");
  Tensor dy = randomTensor({2, 5, 20}, 3);
  x.shape = {2, 5, 33};
  expected = naiveProduct(hidden, dy, rows, x, weights);
  EXPECT_THAT(byWeight({dy, x})[0].real, Pointwise(FloatNear(2e-5f), expected.real));

  LoadedKernel step(R"(
    func.func @kernel(%q: [hypothesis, width:6], %cache: [time_key, slot, width:6],
                      %ancestor: i[hypothesis, time_key]) -> [hypothesis, head:2, time_key] {
      %h = loup.split_heads %q : [hypothesis, width:6] -> [hypothesis, head:2, head_width:3]
      %c = loup.lookup %cache along "slot" at %ancestor
          : [time_key, slot, width:6], i[hypothesis, time_key] -> [hypothesis, time_key, width:6]
      %k = loup.split_heads %c
          : [hypothesis, time_key, width:6] -> [hypothesis, time_key, head:2, head_width:3]
      %s = loup.product %h, %k : [hypothesis, head:2, head_width:3],
          [hypothesis, time_key, head:2, head_width:3] -> [hypothesis, head:2, time_key]
      return %s : [hypothesis, head:2, time_key]
    })");
  Tensor q = randomTensor({4, 6}, 4), cache = randomTensor({5, 7, 6}, 5);
  Tensor ancestor = randomIntegers({4, 5}, 7, 6);
  std::vector<float> scores;
  for (int64_t hypothesis = 0; hypothesis < 4; ++hypothesis)
    for (int64_t head = 0; head < 2; ++head)
      for (int64_t k = 0; k < 5; ++k) {
        double sum = 0;
        for (int64_t c = head * 3; c < head * 3 + 3; ++c)
          sum += static_cast<double>(q.at({hypothesis, c})) *
                 cache.at({k, ancestor.integerAt({hypothesis, k}), c});
        scores.push_back(static_cast<float>(sum));
      }
  EXPECT_THAT(step({q, cache, ancestor})[0].real, Pointwise(FloatNear(1e-5f), scores));
}

} // namespace
} // namespace loup::test
