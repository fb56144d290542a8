// One attention, forward and backward, on any rung of the ladder, and what it is compared with.
#pragma once

#include "tests/codegen/AttentionText.h"
#include "tests/codegen/NaiveAttention.h"
#include "tests/codegen/Tensor.h"

#include <memory>
#include <vector>

namespace loup::test {

struct AttentionSizes {
  int64_t batch, queries, keys;
};

/// Arguments of one call, all but `lengths` and `examples` random.
struct AttentionInputs {
  Tensor query, key, value, gradient;
  Tensor lengths, examples; // [batch]; lengths say nothing where the mask speaks of documents
  int32_t dropoutKey = 77;
  // Where the mask speaks of them.
  Tensor prefix = {};                              // [batch]
  Tensor present = {};                             // [batch, keys]
  Tensor queryDocuments = {}, queryPositions = {}; // [batch, queries]
  Tensor keyDocuments = {}, keyPositions = {};     // [batch, keys]
  Tensor table = {};                               // [bucket, head], where the setting has one

  AttentionSizes sizes() const { return {query.shape[0], query.shape[1], key.shape[1]}; }

  /// Cuts both sides of each example into documents that end behind the same tokens.
  void cutDocuments(const std::vector<int64_t> &ends);

  /// One example, of so many queries and keys.
  AttentionInputs alone(int64_t b, int64_t queries, int64_t keys) const;
};

/// Whatever the rung, [batch, position, ...]. What a rung does not compute is empty.
struct AttentionResults {
  Tensor output;
  Tensor logSum; // of kernels that attend
  Tensor queryGradient, keyGradient, valueGradient;
  Tensor bucketGradient; // [batch, query, head, bucket], of kernels that attend by a table
  Tensor tableGradient;  // [bucket, head], where there is a table
};

class AttentionRung;

class AttentionKernels {
public:
  explicit AttentionKernels(AttentionSetting setting);
  ~AttentionKernels();

  AttentionInputs inputs(AttentionSizes sizes) const;
  AttentionResults operator()(const AttentionInputs &inputs) const;

  bool allows(const AttentionInputs &inputs, int64_t b, int64_t q, int64_t k) const;

  /// The same in double precision, forward and backward done.
  NaiveAttention naive(const AttentionInputs &inputs) const;

private:
  AttentionSetting setting;
  std::unique_ptr<AttentionRung> rung;
};

} // namespace loup::test
