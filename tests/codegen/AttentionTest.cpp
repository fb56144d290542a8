#include "tests/codegen/AttentionKernels.h"
#include "tests/codegen/Near.h"

#include "ir/Constants.h"
#include "runtime/ThreadPool.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <set>

namespace loup::test {
namespace {

using testing::ElementsAreArray;
using testing::Pointwise;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

/// The contract of attention, forward and backward, for every kind of mask.
class AttentionContract : public testing::TestWithParam<AttentionSetting> {
protected:
  /// Compiled once for all tests.
  static const AttentionKernels &kernels() {
    static std::map<std::string, std::unique_ptr<AttentionKernels>> compiled;
    auto &found = compiled[testing::PrintToString(GetParam())];
    if (!found)
      found = std::make_unique<AttentionKernels>(GetParam());
    return *found;
  }
};

void expectPlainLoops(const AttentionKernels &kernels, const AttentionInputs &inputs) {
  SCOPED_TRACE(testing::PrintToString(inputs.query.shape) + " sees " +
               testing::PrintToString(inputs.key.shape));
  AttentionResults results = kernels(inputs);
  NaiveAttention naive = kernels.naive(inputs);
  for (double &logSum : naive.logSum)
    logSum = std::max<double>(logSum, hiddenScore); // of empty rows
  EXPECT_THAT(results.output.real, Pointwise(IsNear(1e-5), naive.output));
  EXPECT_THAT(results.logSum.real, Pointwise(IsNear(1e-5), naive.logSum));
  EXPECT_THAT(results.queryGradient.real, Pointwise(IsNear(2e-5), naive.queryGradient));
  EXPECT_THAT(results.keyGradient.real, Pointwise(IsNear(2e-5), naive.keyGradient));
  EXPECT_THAT(results.valueGradient.real, Pointwise(IsNear(2e-5), naive.valueGradient));
  EXPECT_THAT(results.bucketGradient.real, Pointwise(IsNear(2e-5), naive.bucketGradient));
}

TEST_P(AttentionContract, AgreesWithPlainLoops) {
  for (AttentionSizes sizes :
       {AttentionSizes{1, 1, 1}, {3, 13, 13}, {2, 33, 17}, {4, 5, 33}, {1, 16, 32}, {1, 70, 70}})
    expectPlainLoops(kernels(), kernels().inputs(sizes));
  for (AttentionSizes sizes : {AttentionSizes{3, 1, 1}, {3, 7, 1}, {3, 1, 7}, {3, 7, 7}}) {
    AttentionInputs inputs = kernels().inputs(sizes);
    inputs.lengths.integer = {0, 1, 0};
    expectPlainLoops(kernels(), inputs);
  }
}

TEST_P(AttentionContract, AnEmptyRowGivesZeros) {
  AttentionInputs inputs = kernels().inputs({4, 19, 21});
  AttentionResults results = kernels()(inputs);
  int64_t row = inputs.query.size() / (4 * 19);
  for (int64_t b = 0; b < 4; ++b)
    for (int64_t q = 0; q < 19; ++q) {
      bool isEmpty = true;
      for (int64_t k = 0; k < 21; ++k)
        isEmpty &= !kernels().allows(inputs, b, q, k);
      if (!isEmpty)
        continue;
      for (int64_t i = (b * 19 + q) * row; i < (b * 19 + q + 1) * row; ++i) {
        EXPECT_EQ(results.output.real[i], 0);
        EXPECT_EQ(results.queryGradient.real[i], 0);
      }
    }
}

/// Compares rows [batch, position, ...] of two tensors to the bit.
void expectSameRow(const Tensor &left, int64_t b, const Tensor &right, int64_t otherB,
                   int64_t position, const char *what) {
  int64_t size = 1;
  for (size_t i = 2; i < left.shape.size(); ++i)
    size *= left.shape[i];
  EXPECT_EQ(0, std::memcmp(&left.real[(b * left.shape[1] + position) * size],
                           &right.real[(otherB * right.shape[1] + position) * size],
                           size * sizeof(float)))
      << what << " of " << position << " in " << b;
}

TEST_P(AttentionContract, WhatIsHiddenStaysHidden) {
  constexpr int64_t queries = 21, keys = 27;
  AttentionInputs inputs = kernels().inputs({2, queries, keys});
  inputs.lengths.integer = {keys, 18};
  AttentionResults clean = kernels()(inputs);

  auto poison = [&](Tensor &tensor, int64_t b, int64_t position, float what) {
    int64_t size = tensor.shape[2] * tensor.shape[3];
    for (int64_t i = 0; i < size; ++i)
      tensor.real[(b * tensor.shape[1] + position) * size + i] = what;
  };
  // Queries that are wrong, or see a wrong key, are lost, and with them the gradients by what they
  // see. All else keeps its bits.
  auto check = [&](const AttentionInputs &poisoned, int64_t b, std::set<int64_t> lostQueries,
                   std::set<int64_t> lostKeys) {
    AttentionResults results = kernels()(poisoned);
    for (int64_t q = 0; q < queries; ++q)
      for (int64_t k : lostKeys)
        if (kernels().allows(inputs, b, q, k))
          lostQueries.insert(q);
    for (int64_t k = 0; k < keys; ++k)
      for (int64_t q : lostQueries)
        if (kernels().allows(inputs, b, q, k))
          lostKeys.insert(k);
    for (int64_t other = 0; other < 2; ++other) {
      for (int64_t q = 0; q < queries; ++q)
        if (other != b || !lostQueries.count(q)) {
          expectSameRow(results.output, other, clean.output, other, q, "output");
          expectSameRow(results.logSum, other, clean.logSum, other, q, "log_sum");
          expectSameRow(results.queryGradient, other, clean.queryGradient, other, q,
                        "query gradient");
          if (GetParam().hasTable())
            expectSameRow(results.bucketGradient, other, clean.bucketGradient, other, q,
                          "bucket gradient");
        }
      for (int64_t k = 0; k < keys; ++k)
        if (other != b || !lostKeys.count(k)) {
          expectSameRow(results.keyGradient, other, clean.keyGradient, other, k, "key gradient");
          expectSameRow(results.valueGradient, other, clean.valueGradient, other, k,
                        "value gradient");
        }
    }
  };
  for (float what : {nan, infinity, -infinity})
    for (int64_t b : {0, 1})
      for (int64_t position : {0, 9, 20, 26}) {
        AttentionInputs poisoned = inputs;
        poison(poisoned.key, b, position, what);
        poison(poisoned.value, b, position, what);
        check(poisoned, b, {}, {position});
        if (position >= queries)
          continue;
        poisoned = inputs;
        poison(poisoned.query, b, position, what);
        poison(poisoned.gradient, b, position, what);
        check(poisoned, b, {position}, {});
      }
}

TEST_P(AttentionContract, ASequenceIsTheSameInAnyBatch) {
  constexpr int64_t longest = 23;
  const std::vector<int32_t> lengths = {7, longest, 16, 1};
  int64_t batch = lengths.size();
  AttentionInputs inputs = kernels().inputs({batch, longest, longest});
  inputs.lengths.integer = lengths;
  bool hidesPadding = GetParam().mask.find("padding") != std::string::npos;
  int64_t row = GetParam().heads * GetParam().width;
  for (int64_t b = 0; b < batch; ++b) // padding has no loss
    for (int64_t q = hidesPadding ? lengths[b] : longest; q < longest; ++q)
      std::fill_n(&inputs.gradient.real[(b * longest + q) * row], row, 0.0f);
  AttentionResults together = kernels()(inputs);
  for (int64_t b = 0; b < batch; ++b) {
    int64_t length = hidesPadding ? lengths[b] : longest;
    auto alone = [&](const Tensor &tensor) {
      Tensor result{{1, length, tensor.shape[2], tensor.shape[3]}, {}, {}};
      auto *first = &tensor.real[b * longest * row];
      result.real.assign(first, first + length * row);
      return result;
    };
    auto aloneIntegers = [&](const Tensor &tensor) {
      auto first = tensor.integer.begin() + b * longest;
      return Tensor{{1, length}, {}, {first, first + length}};
    };
    AttentionInputs one{alone(inputs.query),
                        alone(inputs.key),
                        alone(inputs.value),
                        alone(inputs.gradient),
                        {{1}, {}, {lengths[b]}},
                        {{1}, {}, {inputs.examples.integer[b]}},
                        inputs.dropoutKey,
                        {{1}, {}, {inputs.prefix.integer[b]}},
                        aloneIntegers(inputs.present),
                        aloneIntegers(inputs.queryDocuments),
                        aloneIntegers(inputs.queryPositions),
                        aloneIntegers(inputs.keyDocuments),
                        aloneIntegers(inputs.keyPositions),
                        inputs.table};
    AttentionResults results = kernels()(one);
    for (int64_t i = 0; i < length; ++i) {
      expectSameRow(results.output, 0, together.output, b, i, "output");
      expectSameRow(results.logSum, 0, together.logSum, b, i, "log_sum");
      expectSameRow(results.queryGradient, 0, together.queryGradient, b, i, "query gradient");
      if (GetParam().hasTable())
        expectSameRow(results.bucketGradient, 0, together.bucketGradient, b, i, "bucket gradient");
      expectSameRow(results.keyGradient, 0, together.keyGradient, b, i, "key gradient");
      expectSameRow(results.valueGradient, 0, together.valueGradient, b, i, "value gradient");
    }
  }
}

TEST_P(AttentionContract, AnyNumberOfThreadsGivesTheSameBits) {
  AttentionInputs inputs = kernels().inputs({3, 21, 37});
  auto run = [&](int threads) {
    setThreadCount(threads);
    return kernels()(inputs);
  };
  AttentionResults one = run(1), three = run(3);
  EXPECT_THAT(three.output.real, ElementsAreArray(one.output.real));
  EXPECT_THAT(three.queryGradient.real, ElementsAreArray(one.queryGradient.real));
  EXPECT_THAT(three.keyGradient.real, ElementsAreArray(one.keyGradient.real));
  EXPECT_THAT(three.valueGradient.real, ElementsAreArray(one.valueGradient.real));
  EXPECT_THAT(three.bucketGradient.real, ElementsAreArray(one.bucketGradient.real));
}

// Holes may be anywhere: first and last keys, whole tiles of them, all of them.
TEST(AttentionWithHoles, AgreesWithPlainLoopsWhereverTheyAre) {
  AttentionKernels kernels({"present", 2, 8});
  AttentionInputs inputs = kernels.inputs({6, 9, 35});
  auto hide = [&](int64_t b, int64_t first, int64_t end, int32_t present) {
    for (int64_t k = first; k < end; ++k)
      inputs.present.integer[b * 35 + k] = present;
  };
  hide(0, 0, 35, 0); // all
  hide(1, 0, 35, 1);
  hide(1, 0, 1, 0); // the first
  hide(2, 0, 35, 1);
  hide(2, 34, 35, 0); // the last
  hide(3, 0, 35, 1);
  hide(3, 0, 33, 0); // all tiles but the last
  hide(4, 0, 35, 0);
  hide(4, 13, 14, 1); // all but one in the middle
  expectPlainLoops(kernels, inputs);
  AttentionResults results = kernels(inputs);
  for (int64_t i = 0; i < 9 * 2 * 8; ++i) {
    EXPECT_EQ(results.output.real[i], 0);
    EXPECT_EQ(results.queryGradient.real[i], 0);
  }
  for (int64_t i = 0; i < 35 * 2 * 8; ++i) {
    EXPECT_EQ(results.keyGradient.real[i], 0);
    EXPECT_EQ(results.valueGradient.real[i], 0);
  }
}

const AttentionSetting settings[] = {{"causal", 1, 32, 0.1f},
                                     {"padding", 3, 5},
                                     {"causal & padding", 6, 8},
                                     {"window(3)", 2, 12, 0.3f},
                                     {"k < q & (q - k < 4 | k < 2)", 2, 48},
                                     {"present & (causal | prefix)", 2, 8, 0.2f},
                                     {"document & causal & present", 2, 8, 0.2f},
                                     {"padding", 6, 8, 0, "alibi"},
                                     {"causal", 4, 16, 0.1f, "<32, 128, one_sided>"},
                                     {"k <= q + 4 & padding", 3, 10, 0, "<8, 20>"}};
const char *const names[] = {
    "Causal",   "Padding", "CausalAndPadding",    "Window",  "Predicate", "PresentAndPrefix",
    "Document", "Alibi",   "RelativeFromOneSide", "Relative"};

INSTANTIATE_TEST_SUITE_P(Masks, AttentionContract, testing::ValuesIn(settings),
                         [](const auto &info) { return std::string(names[info.index]); });

/// Sizes around those of blocks and tiles, and none.
const AttentionSizes manySizes[] = {{1, 70, 70}, {1, 33, 75}, {1, 75, 33}, {2, 16, 16},
                                    {1, 17, 8},  {2, 0, 5},   {2, 5, 0},   {1, 0, 0}};

/// Masks whose bounds are of some special shape.
class BoundedAttention : public testing::TestWithParam<AttentionSetting> {};

TEST_P(BoundedAttention, HasTheBitsOfWhatLooksAtEveryKey) {
  AttentionSetting everyKey = GetParam();
  everyKey.isBounded = false;
  AttentionKernels bounded(GetParam()), unbounded(everyKey);
  for (AttentionSizes sizes : manySizes) {
    AttentionInputs inputs = bounded.inputs(sizes);
    expectPlainLoops(bounded, inputs);
    AttentionResults one = bounded(inputs), other = unbounded(inputs);
    EXPECT_THAT(one.output.real, ElementsAreArray(other.output.real));
    EXPECT_THAT(one.logSum.real, ElementsAreArray(other.logSum.real));
    EXPECT_THAT(one.queryGradient.real, ElementsAreArray(other.queryGradient.real));
    EXPECT_THAT(one.keyGradient.real, ElementsAreArray(other.keyGradient.real));
    EXPECT_THAT(one.valueGradient.real, ElementsAreArray(other.valueGradient.real));
  }
}

const AttentionSetting bounded[] = {
    {"k >= 0", 1, 8},
    {"causal & padding", 2, 16, 0.2f},
    {"causal & (window(7) | sink(3))", 1, 16},
    {"causal & (q - k) % 4 == 0", 1, 8},
    {"k + 20 <= q", 1, 8},
    {"k == q + 3 | k == 2 * q | q == 2 * k | k == 40 | q == 50", 1, 8}};
const char *const boundedNames[] = {"Everything", "CausalAndPadding",       "SinkAndWindow",
                                    "Dilated",    "FirstQueriesSeeNothing", "FiveWays"};

INSTANTIATE_TEST_SUITE_P(Masks, BoundedAttention, testing::ValuesIn(bounded),
                         [](const auto &info) { return std::string(boundedNames[info.index]); });

TEST(NaiveAttention, GradientsAreFiniteDifferences) {
  NaiveAttention naive;
  naive.batch = 2, naive.queries = 4, naive.keys = 5, naive.heads = 2, naive.width = 3;
  naive.scale = 0.7;
  naive.allowed = [](int64_t b, int64_t q, int64_t k) { return k <= q + b; };
  naive.factor = [](int64_t b, int64_t h, int64_t q, int64_t k) {
    return (b + h + 2 * q + k) % 5 == 0 ? 0 : 1.25;
  };
  auto random = [](int64_t size, uint64_t key) {
    NaiveAttention::Values values;
    for (int64_t i = 0; i < size; ++i)
      values.push_back(randomNormal(key, i));
    return values;
  };
  naive.query = random(2 * 4 * 2 * 3, 1);
  naive.key = random(2 * 5 * 2 * 3, 2);
  naive.value = random(2 * 5 * 2 * 3, 3);
  NaiveAttention::Values gradient = random(naive.query.size(), 4);
  naive.forward();
  naive.backward(gradient);
  NaiveAttention::Values analytic[] = {naive.queryGradient, naive.keyGradient, naive.valueGradient};
  NaiveAttention::Values *inputs[] = {&naive.query, &naive.key, &naive.value};
  auto loss = [&] {
    naive.forward();
    double sum = 0;
    for (size_t i = 0; i < gradient.size(); ++i)
      sum += gradient[i] * naive.output[i];
    return sum;
  };
  for (int which = 0; which < 3; ++which)
    for (size_t i = 0; i < inputs[which]->size(); ++i) {
      double &x = (*inputs[which])[i], old = x, step = 1e-5;
      x = old + step;
      double above = loss();
      x = old - step;
      double below = loss();
      x = old;
      EXPECT_NEAR(analytic[which][i], (above - below) / (2 * step), 1e-8);
    }
}

} // namespace
} // namespace loup::test
