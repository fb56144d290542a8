// Attention within documents, whose bounds are in the data: each row walks along its own document
// alone, wherever that begins and ends.
#include "tests/codegen/PlainLoops.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace loup::test {
namespace {

using testing::Each;
using testing::ElementsAreArray;

using Q = int64_t;

const AttentionSetting settings[] = {
    {"document", [](Q, Q, const Facts &) { return true; }, 2, 8},
    {"document & causal", [](Q q, Q k, const Facts &) { return k <= q; }, 2, 8, 0.2f},
    {"document & window(3)", [](Q q, Q k, const Facts &) { return std::abs(q - k) < 3; }, 1, 8, 0,
     "alibi"},
    {"document & sink(3)", [](Q, Q k, const Facts &) { return k < 3; }, 1, 8, 0.2f},
    {"document & (causal | k < 20) & present",
     [](Q q, Q k, const Facts &f) { return f.present && (k <= q || k < 20); }, 1, 8, 0, "<8, 20>"},
    {"document & causal & (q - k) % 4 == 0",
     [](Q q, Q k, const Facts &) { return k <= q && (q - k) % 4 == 0; }, 2, 8},
};

AttentionSetting onRung(AttentionSetting setting, Rung rung) {
  setting.rung = rung;
  return setting;
}

/// Rows of so many tokens, each cut at its own places; what is behind the last end is padding.
AttentionInputs cutInputs(const AttentionKernels &kernels, int64_t tokens,
                          const std::vector<std::vector<int64_t>> &ends) {
  auto batch = static_cast<int64_t>(ends.size());
  AttentionInputs inputs = kernels.inputs({batch, tokens, tokens});
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t i = 0; i < tokens; ++i) {
      auto end = std::ranges::upper_bound(ends[b], i);
      bool isPadding = end == ends[b].end();
      int64_t begin = end == ends[b].begin() ? 0 : end[-1];
      for (Tensor *documents : {&inputs.queryDocuments, &inputs.keyDocuments})
        documents->integer[b * tokens + i] = static_cast<int32_t>(isPadding ? -1 : *end);
      for (Tensor *positions : {&inputs.queryPositions, &inputs.keyPositions})
        positions->integer[b * tokens + i] = static_cast<int32_t>(isPadding ? 0 : i - begin);
    }
  return inputs;
}

class DocumentAttention : public testing::TestWithParam<AttentionSetting> {};

INSTANTIATE_TEST_SUITE_P(Masks, DocumentAttention, testing::ValuesIn(settings));

// Documents shorter and longer than a block, of one token, that end with a block and within one;
// padding of a token and of blocks; rows of nothing else.
TEST_P(DocumentAttention, AgreesWithPlainLoopsAndWithWhatLooksAtEveryKey) {
  AttentionKernels kernels(onRung(GetParam(), Rung::Specialised));
  AttentionKernels everyKey(onRung(GetParam(), Rung::Fused));
  for (const AttentionInputs &inputs :
       {cutInputs(kernels, 70, {{70}, {1, 2, 16, 33, 66}, {}, {5, 69, 70}, {32, 64}, {20}}),
        cutInputs(kernels, 64, {{16, 17, 18, 64}, {40}}), cutInputs(kernels, 1, {{1}, {}})}) {
    expectPlainLoops(kernels, inputs);
    AttentionResults bounded = kernels(inputs), unbounded = everyKey(inputs);
    for (Tensor AttentionResults::*result :
         {&AttentionResults::output, &AttentionResults::logSum, &AttentionResults::queryGradient,
          &AttentionResults::keyGradient, &AttentionResults::valueGradient,
          &AttentionResults::bucketGradient})
      EXPECT_THAT((bounded.*result).real, ElementsAreArray((unbounded.*result).real));
  }
}

// By the numbers of their documents all pairs are allowed; by where these begin and end, the first
// half of the rows sees itself alone and the second nothing.
TEST(DocumentAttention, RowsOutsideOfABlocksDocumentsAreNotVisited) {
  constexpr int32_t half = 32;
  AttentionKernels kernels(onRung(settings[0], Rung::Specialised));
  AttentionInputs inputs = cutInputs(kernels, 2 * half, {{half, 2 * half}});
  for (Tensor *documents : {&inputs.queryDocuments, &inputs.keyDocuments})
    std::ranges::fill(documents->integer, half);
  ASSERT_TRUE(kernels.allows(inputs, 0, 0, half));
  AttentionResults whole = kernels(inputs), alone = kernels(inputs.alone(0, half, half));
  for (Tensor AttentionResults::*result :
       {&AttentionResults::output, &AttentionResults::queryGradient, &AttentionResults::keyGradient,
        &AttentionResults::valueGradient}) {
    const std::vector<float> &real = (whole.*result).real;
    auto middle = real.begin() + static_cast<std::ptrdiff_t>(real.size() / 2);
    EXPECT_THAT(std::vector(real.begin(), middle), ElementsAreArray((alone.*result).real));
    EXPECT_THAT(std::vector(middle, real.end()), Each(0));
  }
}

} // namespace
} // namespace loup::test
