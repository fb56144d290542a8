#include "tests/codegen/AttentionKernels.h"
#include "tests/codegen/BoundsText.h"

#include "codegen/kernels/DropoutHash.h"
#include "tests/codegen/ScoreTerms.h"

#include <algorithm>

namespace loup::test {
namespace {

const std::string rows = "[batch, target, head:H, head_width:E]",
                  columns = "[batch, target_key, head:H, head_width:E]",
                  sums = "[batch, target, head:H]", table = "[bucket:B, head:H]",
                  buckets = "[batch, target, head:H, bucket:B]";

/// "<32, 128, one_sided>"
struct Buckets {
  int count, furthest;
  bool oneSided;

  explicit Buckets(const std::string &words)
      : count(std::stoi(words.substr(1))), furthest(std::stoi(words.substr(words.find(',') + 1))),
        oneSided(words.find("one_sided") != std::string::npos) {}
};

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
  bool hasDocuments = setting.says("document"), drops = setting.rate > 0;
  char rate[64] = "";
  if (drops)
    std::snprintf(rate, sizeof rate, "rate = %.9g : f32", setting.rate);
  std::string bounds;
  if (setting.isBounded && !hasDocuments)
    bounds = (drops ? ", " : "") + boundsText(setting.mask, op == "attention_gradient");
  std::string declared = parameters, given, givenTypes;
  if (setting.says("padding")) {
    declared += ", %lengths: i[batch]";
    given += " lengths %lengths";
    givenTypes += ", i[batch]";
  }
  if (setting.says("prefix")) {
    declared += ", %prefix: i[batch]";
    given += " prefix %prefix";
    givenTypes += " prefix i[batch]";
  }
  if (setting.says("present")) {
    declared += ", %present: i[batch, target_key]";
    given += " present %present";
    givenTypes += " present i[batch, target_key]";
  }
  std::string queryType = "i[target]", keyType = "i[target_key]", counted;
  if (hasDocuments) {
    queryType = "i[batch, target]", keyType = "i[batch, target_key]";
    declared +=
        ", %qp: " + queryType + ", %kp: " + keyType + ", %qd: " + queryType + ", %kd: " + keyType;
    given += " documents %qd, %kd";
    givenTypes += " documents " + queryType + ", " + keyType;
  } else {
    counted = "  %qp = loup.positions : i[target]\n  %kp = loup.positions : i[target_key]\n";
  }
  if (setting.hasTable()) {
    declared += ", %table: " + table;
    given += " buckets " + setting.term + " of %table";
    givenTypes += " of " + table;
  } else if (setting.term == "alibi") {
    given += " alibi";
  }
  std::string text =
      "func.func @kernel(" + declared + (drops ? ", %drop: i[], %examples: i[batch]" : "") +
      ") -> (" + results + ") {\n" + counted + "  " + resultNames + " = loup." + op + " " +
      operands + " mask <\"" + setting.mask + "\"> queries %qp keys %kp" + given + " scale 0.3" +
      (drops ? " dropout %drop at %examples" : "") + " {" + rate + bounds + "}" + " : " + types +
      ", " + queryType + ", " + keyType + givenTypes + (drops ? " dropout i[], i[batch]" : "") +
      arrow + "\n  return " + resultNames + " : " + results + "\n}\n";
  if (setting.hasTable())
    text = replaced(text, ":B", ":" + std::to_string(Buckets(setting.term).count));
  text = replaced(text, ":H", ":" + std::to_string(setting.heads));
  return replaced(text, ":E", ":" + std::to_string(setting.width));
}

std::string forwardText(const AttentionSetting &setting) {
  return kernelText(setting, "attention", "%q, %k, %v",
                    "%q: " + rows + ", %k: " + columns + ", %v: " + columns, rows + ", " + columns,
                    "%o, %l", rows + ", " + sums, " -> " + sums);
}

std::string backwardText(const AttentionSetting &setting) {
  bool hasTable = setting.hasTable();
  return kernelText(setting, "attention_gradient", "%q, %k, %v, %o, %l, %g",
                    "%q: " + rows + ", %k: " + columns + ", %v: " + columns + ", %o: " + rows +
                        ", %l: " + sums + ", %g: " + rows,
                    rows + ", " + columns + ", " + sums,
                    std::string("%dq, %dk, %dv") + (hasTable ? ", %db" : ""),
                    rows + ", " + columns + ", " + columns + (hasTable ? ", " + buckets : ""),
                    hasTable ? " -> " + buckets : "");
}

} // namespace

AttentionKernels::AttentionKernels(AttentionSetting setting)
    : setting(setting), set(MaskExpression::parse(setting.mask).allowed()),
      forward(forwardText(setting)), backward(backwardText(setting)) {}

AttentionInputs AttentionKernels::inputs(AttentionSizes sizes) const {
  std::vector<int64_t> row = {sizes.batch, sizes.queries, setting.heads, setting.width};
  std::vector<int64_t> column = {sizes.batch, sizes.keys, setting.heads, setting.width};
  AttentionInputs inputs{randomTensor(row, 1), randomTensor(column, 2), randomTensor(column, 3),
                         randomTensor(row, 4), {{sizes.batch}, {}, {}}, {{sizes.batch}, {}, {}}};
  if (setting.hasTable())
    inputs.table = randomTensor({Buckets(setting.term).count, setting.heads}, 5);
  for (int32_t b = 0; b < sizes.batch; ++b) {
    // The first is full, the last empty.
    inputs.lengths.integer.push_back(static_cast<int32_t>(
        b == 0 ? sizes.keys : (sizes.batch - 1 - b) * sizes.keys / sizes.batch));
    inputs.examples.integer.push_back(100 + 7 * b);
  }
  inputs.prefix = randomIntegers({sizes.batch}, static_cast<int32_t>(sizes.keys) + 1, 6);
  inputs.present = randomIntegers({sizes.batch, sizes.keys}, 2, 7);
  inputs.cutDocuments(sizes, {1, 4, 20});
  return inputs;
}

void AttentionInputs::cutDocuments(AttentionSizes sizes, const std::vector<int64_t> &ends) {
  auto cut = [&](int64_t count, Tensor &documents, Tensor &positions) {
    documents = positions = {{sizes.batch, count}, {}, {}};
    for (int32_t b = 0; b < sizes.batch; ++b)
      for (int64_t i = 0, begin = 0, number = 0; i < count; ++i) {
        if (std::ranges::find(ends, i) != ends.end())
          begin = i, ++number;
        // The last token is padding.
        documents.integer.push_back(static_cast<int32_t>(i + 1 == count ? -1 : 10 * b + number));
        positions.integer.push_back(static_cast<int32_t>(i - begin));
      }
  };
  cut(sizes.queries, queryDocuments, queryPositions);
  cut(sizes.keys, keyDocuments, keyPositions);
}

std::vector<Argument> AttentionKernels::arguments(const AttentionInputs &inputs,
                                                  std::vector<Argument> first) const {
  if (setting.says("padding"))
    first.push_back(inputs.lengths);
  if (setting.says("prefix"))
    first.push_back(inputs.prefix);
  if (setting.says("present"))
    first.push_back(inputs.present);
  if (setting.says("document"))
    first.insert(first.end(), {inputs.queryPositions, inputs.keyPositions, inputs.queryDocuments,
                               inputs.keyDocuments});
  if (setting.hasTable())
    first.push_back(inputs.table);
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
  return {made[0],      made[1],      gradients[0],
          gradients[1], gradients[2], setting.hasTable() ? gradients[3] : Tensor()};
}

bool AttentionKernels::allows(const AttentionInputs &inputs, int64_t b, int64_t q,
                              int64_t k) const {
  MaskSizes sizes{inputs.query.shape[1], inputs.key.shape[1], inputs.lengths.integer[b],
                  inputs.prefix.integer[b]};
  bool isPresent = inputs.present.integerAt({b, k}) != 0;
  if (!setting.says("document"))
    return set.contains(q, k, sizes, isPresent);
  int32_t document = inputs.keyDocuments.integerAt({b, k});
  return document >= 0 && document == inputs.queryDocuments.integerAt({b, q}) &&
         set.contains(inputs.queryPositions.integerAt({b, q}),
                      inputs.keyPositions.integerAt({b, k}), sizes, isPresent);
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
      if (setting.says("document")) {
        q = in.queryPositions.integerAt({b, q});
        k = in.keyPositions.integerAt({b, k});
      }
      uint32_t bits = dropoutBits<uint32_t>(
          word(in.dropoutKey), {word(in.examples.integer[b]), word(q), word(k)}, word(h));
      return (bits >> 8) >= dropoutThreshold(setting.rate) ? 1 / (1 - setting.rate) : 0.0;
    };
  if (setting.term == "alibi")
    naive.term = [slopes = alibiSlopes(static_cast<int>(setting.heads))](int64_t h, int64_t q,
                                                                         int64_t k) {
      return -slopes[h] * static_cast<double>(std::abs(q - k));
    };
  if (setting.hasTable()) {
    Buckets buckets(setting.term);
    naive.buckets = buckets.count;
    naive.bucket = [buckets](int64_t q, int64_t k) {
      auto difference = static_cast<int>(k - q);
      return relativeBucket(difference, buckets.count, buckets.furthest, buckets.oneSided);
    };
    naive.term = [&in, bucket = naive.bucket](int64_t h, int64_t q, int64_t k) {
      return static_cast<double>(in.table.at({bucket(q, k), h}));
    };
  }
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
