// What attention is compared with on every rung.
#pragma once

#include "tests/codegen/AttentionKernels.h"
#include "tests/codegen/Near.h"

#include "ir/Constants.h"

namespace loup::test {

/// Output and gradients are those of plain loops in double precision.
inline void expectPlainLoops(const AttentionKernels &kernels, const AttentionInputs &inputs) {
  SCOPED_TRACE(testing::PrintToString(inputs.query.shape) + " sees " +
               testing::PrintToString(inputs.key.shape));
  AttentionResults results = kernels(inputs);
  NaiveAttention naive = kernels.naive(inputs);
  EXPECT_THAT(results.output.real, testing::Pointwise(IsNear(1e-5), naive.output));
  EXPECT_THAT(results.queryGradient.real, testing::Pointwise(IsNear(2e-5), naive.queryGradient));
  EXPECT_THAT(results.keyGradient.real, testing::Pointwise(IsNear(2e-5), naive.keyGradient));
  EXPECT_THAT(results.valueGradient.real, testing::Pointwise(IsNear(2e-5), naive.valueGradient));
  EXPECT_THAT(results.tableGradient.real, testing::Pointwise(IsNear(2e-5), naive.tableGradient()));
  for (double &logSum : naive.logSum)
    logSum = std::max<double>(logSum, hiddenScore); // of empty rows
  if (!results.logSum.shape.empty())
    EXPECT_THAT(results.logSum.real, testing::Pointwise(IsNear(1e-5), naive.logSum));
  if (!results.bucketGradient.shape.empty())
    EXPECT_THAT(results.bucketGradient.real,
                testing::Pointwise(IsNear(2e-5), naive.bucketGradient));
}

} // namespace loup::test
