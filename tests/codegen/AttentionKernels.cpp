#include "tests/codegen/AttentionKernels.h"
#include "tests/codegen/AttentionRungs.h"
#include "tests/codegen/ScoreTerms.h"

#include "codegen/kernels/DropoutHash.h"

#include <algorithm>

namespace loup::test {

AttentionKernels::AttentionKernels(AttentionSetting setting)
    : setting(setting), rung(makeAttentionRung(setting)) {}
AttentionKernels::~AttentionKernels() = default;

AttentionInputs AttentionKernels::inputs(AttentionSizes sizes) const {
  std::vector<int64_t> row = {sizes.batch, sizes.queries, setting.heads, setting.width};
  std::vector<int64_t> column = {sizes.batch, sizes.keys, setting.heads, setting.width};
  AttentionInputs inputs{randomTensor(row, 1), randomTensor(column, 2), randomTensor(column, 3),
                         randomTensor(row, 4), {{sizes.batch}, {}, {}}, {{sizes.batch}, {}, {}}};
  if (setting.hasTable())
    inputs.table = randomTensor({BucketWords(setting.term).count, setting.heads}, 5);
  for (int32_t b = 0; b < sizes.batch; ++b) {
    // The first is full, the last empty.
    inputs.lengths.integer.push_back(static_cast<int32_t>(
        b == 0 ? sizes.keys : (sizes.batch - 1 - b) * sizes.keys / sizes.batch));
    inputs.examples.integer.push_back(100 + 7 * b);
  }
  inputs.prefix = randomIntegers({sizes.batch}, static_cast<int32_t>(sizes.keys) + 1, 6);
  inputs.present = randomIntegers({sizes.batch, sizes.keys}, 2, 7);
  inputs.cutDocuments({1, 4, 20});
  return inputs;
}

void AttentionInputs::cutDocuments(const std::vector<int64_t> &ends) {
  auto [batch, queries, keys] = sizes();
  auto cut = [&, last = std::max(queries, keys) - 1,
              batch = batch](int64_t count, Tensor &documents, Tensor &positions) {
    documents = positions = {{batch, count}, {}, {}};
    for (int32_t b = 0; b < batch; ++b)
      for (int64_t i = 0, begin = 0; i < count; ++i) {
        if (std::ranges::find(ends, i) != ends.end())
          begin = i;
        auto next = std::ranges::upper_bound(ends, i);
        int64_t end = next == ends.end() ? last : std::min(*next, last);
        // The last token is padding.
        documents.integer.push_back(static_cast<int32_t>(i + 1 == count ? -1 : end));
        positions.integer.push_back(static_cast<int32_t>(i - begin));
      }
  };
  cut(queries, queryDocuments, queryPositions);
  cut(keys, keyDocuments, keyPositions);
}

AttentionInputs AttentionInputs::alone(int64_t b, int64_t queries, int64_t keys) const {
  auto first = [b](const Tensor &tensor, int64_t count) {
    int64_t example = tensor.shape[0] ? tensor.size() / tensor.shape[0] : 0;
    Tensor part = {tensor.shape, {}, {}};
    part.shape[0] = 1;
    if (part.shape.size() > 1)
      part.shape[1] = count;
    auto copy = [&](const auto &from, auto &to) {
      if (!from.empty())
        to.assign(from.begin() + b * example, from.begin() + b * example + part.size());
    };
    copy(tensor.real, part.real);
    copy(tensor.integer, part.integer);
    return part;
  };
  AttentionInputs one = *this;
  for (Tensor *tensor : {&one.lengths, &one.examples, &one.prefix})
    *tensor = first(*tensor, 1);
  for (Tensor *tensor : {&one.query, &one.gradient, &one.queryDocuments, &one.queryPositions})
    *tensor = first(*tensor, queries);
  for (Tensor *tensor : {&one.key, &one.value, &one.present, &one.keyDocuments, &one.keyPositions})
    *tensor = first(*tensor, keys);
  return one;
}

AttentionResults AttentionKernels::operator()(const AttentionInputs &inputs) const {
  AttentionResults results = rung->run(inputs);
  if (!results.bucketGradient.shape.empty()) {
    int64_t size = inputs.table.size(), buckets = inputs.table.shape[0], heads = setting.heads;
    std::vector<double> sums(size);
    for (int64_t i = 0; i < results.bucketGradient.size(); ++i)
      sums[i % buckets * heads + i / buckets % heads] += results.bucketGradient.real[i];
    results.tableGradient = makeTensor(inputs.table.shape, [&](int64_t i) { return sums[i]; });
  }
  return results;
}

bool AttentionKernels::allows(const AttentionInputs &inputs, int64_t b, int64_t q,
                              int64_t k) const {
  Facts facts{inputs.lengths.integer[b], inputs.prefix.integer[b],
              inputs.present.integerAt({b, k}) != 0};
  if (!setting.hasDocuments())
    return k < facts.length && setting.truth(q, k, facts);
  facts.length = std::numeric_limits<int32_t>::max(); // documents have no padding
  int32_t document = inputs.keyDocuments.integerAt({b, k});
  return document >= 0 && document == inputs.queryDocuments.integerAt({b, q}) &&
         setting.truth(inputs.queryPositions.integerAt({b, q}),
                       inputs.keyPositions.integerAt({b, k}), facts);
}

NaiveAttention AttentionKernels::naive(const AttentionInputs &in) const {
  NaiveAttention naive;
  AttentionSizes sizes = in.sizes();
  naive.batch = sizes.batch;
  naive.queries = sizes.queries;
  naive.keys = sizes.keys;
  naive.heads = setting.heads;
  naive.width = setting.width;
  naive.scale = 0.3;
  naive.allowed = [&in, this](int64_t b, int64_t q, int64_t k) { return allows(in, b, q, k); };
  if (setting.rate > 0)
    naive.factor = [&in, this](int64_t b, int64_t h, int64_t q, int64_t k) {
      auto word = [](int64_t number) { return static_cast<uint32_t>(number); };
      if (setting.hasDocuments()) {
        q = in.queryPositions.integerAt({b, q});
        k = in.keyPositions.integerAt({b, k});
      }
      uint32_t bits = dropoutBits<uint32_t>(
          word(in.dropoutKey), {word(in.examples.integer[b]), word(h), word(q), word(k)});
      return (bits >> 8) >= dropoutThreshold(setting.rate) ? 1 / (1 - setting.rate) : 0.0;
    };
  if (setting.term == "alibi")
    naive.term = [slopes = alibiSlopes(static_cast<int>(setting.heads))](int64_t h, int64_t q,
                                                                         int64_t k) {
      return -slopes[h] * static_cast<double>(std::abs(q - k));
    };
  if (setting.hasTable()) {
    BucketWords buckets(setting.term);
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
