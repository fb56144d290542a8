#include "tests/codegen/AttentionKernels.h"
#include "tests/codegen/BoundsText.h"

#include "codegen/kernels/DropoutHash.h"

namespace loup::test {
namespace {

const std::string rows = "[batch, target, head:H, head_width:E]",
                  columns = "[batch, target_key, head:H, head_width:E]",
                  sums = "[batch, target, head:H]";

std::string replaced(std::string text, const std::string &from, const std::string &to) {
  for (size_t at; (at = text.find(from)) != std::string::npos;)
    text.replace(at, from.size(), to);
  return text;
}

/// A kernel of `op`, whose operands are `operands`, of the types in `types`.
std::string kernelText(const AttentionSetting &setting, const std::string &op,
                       const std::string &operands, const std::string &parameters,
                       const std::string &types, const std::string &resultNames,
                       const std::string &results, const std::string &arrow) {
  bool hasLengths = setting.mask.find("padding") != std::string::npos, drops = setting.rate > 0;
  char rate[64] = "";
  if (drops)
    std::snprintf(rate, sizeof rate, "rate = %.9g : f32", setting.rate);
  std::string bounds;
  if (setting.isBounded)
    bounds = (drops ? ", " : "") + boundsText(setting.mask, op == "attention_gradient");
  std::string text =
      "func.func @kernel(" + parameters + (hasLengths ? ", %lengths: i[batch]" : "") +
      (drops ? ", %drop: i[], %examples: i[batch]" : "") + ") -> (" + results + ") {\n" +
      "  %qp = loup.positions : i[target]\n  %kp = loup.positions : i[target_key]\n  " +
      resultNames + " = loup." + op + " " + operands + " mask <\"" + setting.mask +
      "\"> queries %qp keys %kp" + (hasLengths ? " lengths %lengths" : "") + " scale 0.3" +
      (drops ? " dropout %drop at %examples" : "") + " {" + rate + bounds + "}" + " : " + types +
      ", i[target], i[target_key]" + (hasLengths ? ", i[batch]" : "") +
      (drops ? " dropout i[], i[batch]" : "") + arrow + "\n  return " + resultNames + " : " +
      results + "\n}\n";
  text = replaced(text, ":H", ":" + std::to_string(setting.heads));
  return replaced(text, ":E", ":" + std::to_string(setting.width));
}

std::string forwardText(const AttentionSetting &setting) {
  return kernelText(setting, "attention", "%q, %k, %v",
                    "%q: " + rows + ", %k: " + columns + ", %v: " + columns, rows + ", " + columns,
                    "%o, %l", rows + ", " + sums, " -> " + sums);
}

std::string backwardText(const AttentionSetting &setting) {
  return kernelText(setting, "attention_gradient", "%q, %k, %v, %o, %l, %g",
                    "%q: " + rows + ", %k: " + columns + ", %v: " + columns + ", %o: " + rows +
                        ", %l: " + sums + ", %g: " + rows,
                    rows + ", " + columns + ", " + sums, "%dq, %dk, %dv",
                    rows + ", " + columns + ", " + columns, "");
}

} // namespace

AttentionKernels::AttentionKernels(AttentionSetting setting)
    : setting(setting), set(MaskExpression::parse(setting.mask).allowed()),
      hasLengths(setting.mask.find("padding") != std::string::npos), forward(forwardText(setting)),
      backward(backwardText(setting)) {}

AttentionInputs AttentionKernels::inputs(AttentionSizes sizes) const {
  std::vector<int64_t> row = {sizes.batch, sizes.queries, setting.heads, setting.width};
  std::vector<int64_t> column = {sizes.batch, sizes.keys, setting.heads, setting.width};
  AttentionInputs inputs{randomTensor(row, 1), randomTensor(column, 2), randomTensor(column, 3),
                         randomTensor(row, 4), {{sizes.batch}, {}, {}}, {{sizes.batch}, {}, {}}};
  for (int32_t b = 0; b < sizes.batch; ++b) {
    // The first is full, the last empty.
    inputs.lengths.integer.push_back(static_cast<int32_t>(
        b == 0 ? sizes.keys : (sizes.batch - 1 - b) * sizes.keys / sizes.batch));
    inputs.examples.integer.push_back(100 + 7 * b);
  }
  return inputs;
}

std::vector<Argument> AttentionKernels::arguments(const AttentionInputs &inputs,
                                                  std::vector<Argument> first) const {
  if (hasLengths)
    first.push_back(inputs.lengths);
  if (setting.rate > 0) {
    first.push_back(inputs.dropoutKey);
    first.push_back(inputs.examples);
  }
  return first;
}

AttentionResults AttentionKernels::operator()(const AttentionInputs &in) const {
  std::vector<Tensor> made = forward(arguments(in, {in.query, in.key, in.value}));
  std::vector<Tensor> gradients =
      backward(arguments(in, {in.query, in.key, in.value, made[0], made[1], in.gradient}));
  return {made[0], made[1], gradients[0], gradients[1], gradients[2]};
}

bool AttentionKernels::allows(const AttentionInputs &inputs, int64_t b, int64_t q,
                              int64_t k) const {
  return set.contains(q, k,
                      {inputs.query.shape[1], inputs.key.shape[1], inputs.lengths.integer[b]});
}

NaiveAttention AttentionKernels::naive(const AttentionInputs &in) const {
  NaiveAttention naive;
  naive.batch = in.query.shape[0];
  naive.queries = in.query.shape[1];
  naive.keys = in.key.shape[1];
  naive.heads = setting.heads;
  naive.width = setting.width;
  naive.scale = 0.3;
  naive.allowed = [&in, this](int64_t b, int64_t q, int64_t k) { return allows(in, b, q, k); };
  if (setting.rate > 0)
    naive.factor = [&in, this](int64_t b, int64_t h, int64_t q, int64_t k) {
      auto word = [](int64_t number) { return static_cast<uint32_t>(number); };
      uint32_t bits = dropoutBits<uint32_t>(
          word(in.dropoutKey), {word(in.examples.integer[b]), word(q), word(k)}, word(h));
      return (bits >> 8) >= dropoutThreshold(setting.rate) ? 1 / (1 - setting.rate) : 0.0;
    };
  auto copy = [](const Tensor &tensor) {
    return NaiveAttention::Values(tensor.real.begin(), tensor.real.end());
  };
  naive.query = copy(in.query);
  naive.key = copy(in.key);
  naive.value = copy(in.value);
  naive.forward();
  naive.backward(copy(in.gradient));
  return naive;
}

} // namespace loup::test
