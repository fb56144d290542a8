// The contract of attention, forward and backward, for every kind of mask on every rung.
#include "tests/codegen/LoadedKernel.h"
#include "tests/codegen/PlainLoops.h"

#include "runtime/ThreadPool.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>

namespace loup::test {
namespace {

using testing::ElementsAreArray;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

struct NamedSetting {
  const char *name;
  AttentionSetting attention;
};

void PrintTo(const NamedSetting &setting, std::ostream *out) {
  *out << setting.name << ": " << setting.attention;
}

using Q = int64_t;

const NamedSetting settings[] = {
    {"Causal", {"causal", [](Q q, Q k, const Facts &) { return k <= q; }, 1, 48, 0.1f}},
    {"Padding", {"padding", [](Q, Q, const Facts &) { return true; }, 3, 5}},
    {"Window", // far from the diagonal the first and the last blocks of keys are empty
     {"window(3)", [](Q q, Q k, const Facts &) { return std::abs(q - k) < 3; }, 2, 12, 0.3f}},
    {"Negation", // in the middle the blocks around the diagonal are empty
     {"!window(20)", [](Q q, Q k, const Facts &) { return std::abs(q - k) >= 20; }, 2, 8}},
    {"Predicate", // the first query sees nothing
     {"k < q & (q - k < 4 | k < 2)",
      [](Q q, Q k, const Facts &) { return k < q && (q - k < 4 || k < 2); }, 2, 8}},
    {"SinkAndAlibi",
     {"causal & sink(20)", [](Q q, Q k, const Facts &) { return k <= q && k < 20; }, 6, 8, 0,
      "alibi"}},
    {"Dilated",
     {"causal & (q - k) % 4 == 0",
      [](Q q, Q k, const Facts &) { return k <= q && (q - k) % 4 == 0; }, 2, 8, 0.2f}},
    {"PresentAndPrefix",
     {"present & (causal | prefix)",
      [](Q q, Q k, const Facts &f) { return f.present && (k <= q || k < f.prefix); }, 2, 8, 0.2f}},
    {"Document",
     {"document & causal & present", [](Q q, Q k, const Facts &f) { return f.present && k <= q; },
      2, 8, 0.2f, "alibi"}},
    {"DocumentsAndRelative",
     {"document & k <= q + 4", [](Q q, Q k, const Facts &) { return k <= q + 4; }, 2, 8, 0,
      "<8, 20>"}},
    {"RelativeFromOneSide",
     {"causal & padding", [](Q q, Q k, const Facts &) { return k <= q; }, 2, 12, 0.3f,
      "<32, 128, one_sided>"}},
};

using Case = std::tuple<NamedSetting, Rung>;

class AttentionContract : public testing::TestWithParam<Case> {
protected:
  static AttentionSetting setting(Rung rung = std::get<Rung>(GetParam())) {
    AttentionSetting setting = std::get<NamedSetting>(GetParam()).attention;
    setting.rung = rung;
    return setting;
  }

  const AttentionKernels kernels{setting()};
};

INSTANTIATE_TEST_SUITE_P(Masks, AttentionContract,
                         testing::Combine(testing::ValuesIn(settings),
                                          testing::ValuesIn(everyRung)),
                         [](const auto &info) {
                           return std::string(std::get<NamedSetting>(info.param).name) + "_" +
                                  nameOf(std::get<Rung>(info.param));
                         });

// Lengths around those of blocks and tiles, and of 1; as many queries as keys, and more, and fewer:
// what is causal is aligned at the first of both.
TEST_P(AttentionContract, AgreesWithPlainLoops) {
  for (AttentionSizes sizes : {AttentionSizes{1, 1, 1},
                               {3, 1, 7},
                               {3, 7, 1},
                               {3, 13, 13},
                               {2, 33, 17},
                               {4, 5, 33},
                               {1, 16, 32},
                               {1, 75, 33},
                               {1, 70, 70}})
    expectPlainLoops(kernels, kernels.inputs(sizes));
}

TEST_P(AttentionContract, NoQueriesOrKeysGiveNothing) {
  // The textbook's ops have at least one token in a row: each sequence has its end.
  if (setting().rung != Rung::Textbook)
    for (AttentionSizes sizes : {AttentionSizes{2, 0, 5}, {2, 5, 0}, {1, 0, 0}, {0, 3, 3}})
      expectPlainLoops(kernels, kernels.inputs(sizes));
  for (AttentionSizes sizes : {AttentionSizes{3, 1, 1}, {3, 7, 1}, {3, 1, 7}, {3, 7, 7}}) {
    AttentionInputs inputs = kernels.inputs(sizes);
    inputs.lengths.integer = {0, 1, 0};
    expectPlainLoops(kernels, inputs);
  }
}

TEST_P(AttentionContract, AnEmptyRowGivesZeros) {
  AttentionInputs inputs = kernels.inputs({4, 41, 43});
  AttentionResults results = kernels(inputs);
  auto expectZeros = [](const Tensor &tensor, int64_t b, int64_t position) {
    int64_t row = tensor.shape[2] * tensor.shape[3], at = (b * tensor.shape[1] + position) * row;
    for (int64_t i = at; i < at + row; ++i)
      EXPECT_EQ(tensor.real[i], 0);
  };
  for (int64_t b = 0; b < 4; ++b) {
    std::vector<bool> sees(41), isSeen(43);
    for (int64_t q = 0; q < 41; ++q)
      for (int64_t k = 0; k < 43; ++k)
        if (kernels.allows(inputs, b, q, k))
          sees[q] = isSeen[k] = true;
    for (int64_t q = 0; q < 41; ++q)
      if (!sees[q]) {
        expectZeros(results.output, b, q);
        expectZeros(results.queryGradient, b, q);
      }
    for (int64_t k = 0; k < 43; ++k)
      if (!isSeen[k]) {
        expectZeros(results.keyGradient, b, k);
        expectZeros(results.valueGradient, b, k);
      }
  }
}

/// What a rung computes along queries, or along keys.
using NamedTensor = std::pair<const char *, Tensor AttentionResults::*>;
constexpr NamedTensor ofQueries[] = {{"output", &AttentionResults::output},
                                     {"log_sum", &AttentionResults::logSum},
                                     {"query gradient", &AttentionResults::queryGradient},
                                     {"bucket gradient", &AttentionResults::bucketGradient}};
constexpr NamedTensor ofKeys[] = {{"key gradient", &AttentionResults::keyGradient},
                                  {"value gradient", &AttentionResults::valueGradient}};

/// Compares row `position` of example b with that of another one to the bit.
template <class Tensors>
void expectSameRow(const Tensors &tensors, const AttentionResults &left, int64_t b,
                   const AttentionResults &right, int64_t otherB, int64_t position) {
  for (auto [name, member] : tensors) {
    const Tensor &one = left.*member, &other = right.*member;
    int64_t size = 1;
    for (size_t i = 2; i < one.shape.size(); ++i)
      size *= one.shape[i];
    if (!one.shape.empty())
      EXPECT_EQ(0, std::memcmp(&one.real[(b * one.shape[1] + position) * size],
                               &other.real[(otherB * other.shape[1] + position) * size],
                               size * sizeof(float)))
          << name << " of " << position << " in " << b;
  }
}

TEST_P(AttentionContract, WhatIsHiddenStaysHidden) {
  constexpr int64_t queries = 41, keys = 43;
  AttentionInputs inputs = kernels.inputs({2, queries, keys});
  inputs.lengths.integer = {keys, 30};
  AttentionResults clean = kernels(inputs);

  auto poison = [&](Tensor &tensor, int64_t b, int64_t position, float what) {
    int64_t size = tensor.shape[2] * tensor.shape[3];
    for (int64_t i = 0; i < size; ++i)
      tensor.real[(b * tensor.shape[1] + position) * size + i] = what;
  };
  // Queries that are wrong, or see a wrong key, are lost, and with them the gradients by what they
  // see. All else keeps its bits.
  auto check = [&](const AttentionInputs &poisoned, int64_t b, std::set<int64_t> lostQueries,
                   std::set<int64_t> lostKeys) {
    AttentionResults results = kernels(poisoned);
    for (int64_t q = 0; q < queries; ++q)
      for (int64_t k : lostKeys)
        if (kernels.allows(inputs, b, q, k))
          lostQueries.insert(q);
    for (int64_t k = 0; k < keys; ++k)
      for (int64_t q : lostQueries)
        if (kernels.allows(inputs, b, q, k))
          lostKeys.insert(k);
    for (int64_t other = 0; other < 2; ++other) {
      for (int64_t q = 0; q < queries; ++q)
        if (other != b || !lostQueries.count(q))
          expectSameRow(ofQueries, results, other, clean, other, q);
      for (int64_t k = 0; k < keys; ++k)
        if (other != b || !lostKeys.count(k))
          expectSameRow(ofKeys, results, other, clean, other, k);
    }
  };
  for (float what : {nan, infinity, -infinity})
    for (int64_t b : {0, 1})
      for (int64_t position : {0, 21, 29, 42}) {
        SCOPED_TRACE(testing::Message() << what << " at " << position << " in " << b);
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

TEST_P(AttentionContract, WhatIsVisibleIsNotHidden) {
  AttentionInputs inputs = kernels.inputs({1, 24, 24});
  int64_t row = inputs.key.shape[2] * inputs.key.shape[3];
  for (int64_t k : {0, 9, 22}) {
    AttentionInputs poisoned = inputs;
    poisoned.value.real[k * row] = nan;
    AttentionResults results = kernels(poisoned);
    for (int64_t q = 0; q < 24; ++q) {
      bool isSeen = kernels.allows(inputs, 0, q, k);
      if (!isSeen || setting().rate == 0) // dropout may hide it
        EXPECT_EQ(std::isnan(results.output.real[q * row]), isSeen)
            << "query " << q << ", key " << k;
    }
  }
}

TEST_P(AttentionContract, ASequenceIsTheSameInAnyBatch) {
  constexpr int64_t longest = 23;
  const std::vector<int32_t> lengths = {7, longest, 16, 1};
  int64_t batch = lengths.size();
  AttentionInputs inputs = kernels.inputs({batch, longest, longest});
  inputs.lengths.integer = lengths;
  bool hidesPadding = !setting().hasDocuments();
  int64_t row = setting().heads * setting().width;
  for (int64_t b = 0; b < batch; ++b) // padding has no loss
    for (int64_t q = hidesPadding ? lengths[b] : longest; q < longest; ++q)
      std::fill_n(&inputs.gradient.real[(b * longest + q) * row], row, 0.0f);
  AttentionResults together = kernels(inputs);
  for (int64_t b = 0; b < batch; ++b) {
    int64_t length = hidesPadding ? lengths[b] : longest;
    AttentionResults alone = kernels(inputs.alone(b, length, length));
    for (int64_t i = 0; i < length; ++i) {
      expectSameRow(ofQueries, alone, 0, together, b, i);
      expectSameRow(ofKeys, alone, 0, together, b, i);
    }
  }
}

void expectSameBits(const AttentionResults &one, const AttentionResults &other) {
  EXPECT_THAT(one.output.real, ElementsAreArray(other.output.real));
  EXPECT_THAT(one.logSum.real, ElementsAreArray(other.logSum.real));
  EXPECT_THAT(one.queryGradient.real, ElementsAreArray(other.queryGradient.real));
  EXPECT_THAT(one.keyGradient.real, ElementsAreArray(other.keyGradient.real));
  EXPECT_THAT(one.valueGradient.real, ElementsAreArray(other.valueGradient.real));
  EXPECT_THAT(one.bucketGradient.real, ElementsAreArray(other.bucketGradient.real));
  EXPECT_THAT(one.tableGradient.real, ElementsAreArray(other.tableGradient.real));
}

TEST_P(AttentionContract, AnyNumberOfThreadsGivesTheSameBits) {
  AttentionInputs inputs = kernels.inputs({3, 21, 37});
  auto run = [&](int threads) {
    setThreadCount(threads);
    return kernels(inputs);
  };
  AttentionResults one = run(1), three = run(3);
  expectSameBits(one, three);
}

// Neither bounds nor packing change what is computed. (The textbook's sums are others; so are those
// of a packed document that does not begin with a tile of keys; and heads that are no whole vectors
// leave the order of some sums to the compiler.)
TEST_P(AttentionContract, HasTheBitsOfWhatLooksAtEveryKey) {
  bool isOfDocument = setting().hasDocuments() && setting().rung == Rung::Packed;
  if (setting().rung == Rung::Textbook || isOfDocument || setting().width % 4 != 0)
    return;
  AttentionKernels everyKey(setting(Rung::Fused));
  for (AttentionSizes sizes : {AttentionSizes{1, 70, 70}, {1, 33, 75}, {3, 75, 33}, {2, 17, 8}}) {
    AttentionInputs inputs = kernels.inputs(sizes);
    expectSameBits(kernels(inputs), everyKey(inputs));
  }
}

class AttentionOnRung : public testing::TestWithParam<Rung> {};

INSTANTIATE_TEST_SUITE_P(Rungs, AttentionOnRung, testing::ValuesIn(everyRung),
                         [](const auto &info) { return std::string(nameOf(info.param)); });

// Holes may be anywhere: first and last keys, whole blocks of them, all of them.
TEST_P(AttentionOnRung, TokensMayBeAbsentAnywhere) {
  AttentionKernels kernels(
      {"present", [](Q, Q, const Facts &facts) { return facts.present; }, 2, 8, 0, "", GetParam()});
  constexpr int64_t queries = 9, keys = 53;
  AttentionInputs inputs = kernels.inputs({7, queries, keys});
  std::ranges::fill(inputs.lengths.integer, keys);
  auto mark = [&](int64_t b, int64_t first, int64_t end, int32_t present) {
    for (int64_t k = first; k < end; ++k)
      inputs.present.integer[b * keys + k] = present;
  };
  mark(0, 0, keys, 0); // all are absent
  for (int64_t b = 1; b < 6; ++b)
    mark(b, 0, keys, 1);
  mark(1, 0, 1, 0);         // the first
  mark(2, keys - 1, 53, 0); // the last
  mark(3, 0, 48, 0);        // all blocks but the last
  mark(4, 16, 32, 0);       // a block in the middle
  mark(5, 32, keys, 0);     // the last blocks
  mark(6, 0, keys, 0);
  mark(6, 20, 21, 1); // all but one
  expectPlainLoops(kernels, inputs);
  AttentionResults results = kernels(inputs);
  for (int64_t i = 0; i < queries * 2 * 8; ++i) {
    EXPECT_EQ(results.output.real[i], 0);
    EXPECT_EQ(results.queryGradient.real[i], 0);
  }
  for (int64_t i = 0; i < keys * 2 * 8; ++i) {
    EXPECT_EQ(results.keyGradient.real[i], 0);
    EXPECT_EQ(results.valueGradient.real[i], 0);
  }
}

// More alternatives than bounds have ranges.
TEST(AttentionWithBounds, VisitsWhatIsInAnyOfManyRanges) {
  AttentionSetting setting{"k == 0 | k == 20 | k == 40 | k == 60 | k == q",
                           [](Q q, Q k, const Facts &) { return k == q || k % 20 == 0; }, 1, 8};
  AttentionKernels plain(setting);
  setting.rung = Rung::Specialised;
  auto kernel = LoadedKernel::shared(attentionText(setting));
  AttentionInputs inputs = plain.inputs({1, 70, 70});
  std::vector<Tensor> results = (*kernel)({inputs.query, inputs.key, inputs.value, inputs.lengths});
  EXPECT_THAT(results[0].real, testing::Pointwise(IsNear(1e-5), plain.naive(inputs).output));
}

// Which rows the sizes above reach: those with keys, but none in the first block of them, or in one
// between others, or in the last; and those without keys.
TEST(AttentionSettings, HaveRowsWithEmptyBlocks) {
  constexpr int64_t block = 16, count = 70, last = (count - 1) / block;
  std::set<std::string> kinds;
  for (const auto &[name, attention] : settings) {
    if (attention.hasDocuments())
      continue;
    for (int64_t q = 0; q < count; ++q) {
      std::set<int64_t> blocks;
      for (int64_t k = 0; k < count; ++k)
        if (attention.truth(q, k, {count, 0, true}))
          blocks.insert(k / block);
      if (blocks.empty()) {
        kinds.insert("none");
        continue;
      }
      if (*blocks.begin() > 0)
        kinds.insert("first");
      if (*blocks.rbegin() < last)
        kinds.insert("last");
      if (static_cast<int64_t>(blocks.size()) <= *blocks.rbegin() - *blocks.begin())
        kinds.insert("middle");
    }
  }
  EXPECT_THAT(kinds, testing::ElementsAre("first", "last", "middle", "none"));
}

} // namespace
} // namespace loup::test
