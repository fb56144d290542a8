// The kernels of one attention, forward and backward, and what they are compared with.
#pragma once

#include "tests/codegen/LoadedKernel.h"
#include "tests/codegen/NaiveAttention.h"

#include "ir/masks/MaskExpression.h"

#include <ostream>

namespace loup::test {

struct AttentionSetting {
  std::string mask;
  int64_t heads, width;
  float rate = 0;
  std::string term = ""; // "alibi", or what stands behind "buckets": "<32, 128>"
  bool isBounded = true; // as SpecialiseMask leaves it

  /// Whether the mask has the word, and so the kernel what it asks of the data.
  bool says(const char *word) const { return mask.find(word) != std::string::npos; }
  bool hasTable() const { return term.starts_with('<'); }
};

inline std::ostream &operator<<(std::ostream &out, const AttentionSetting &setting) {
  return out << setting.mask << ", " << setting.heads << " heads of " << setting.width
             << ", dropout " << setting.rate << ", term " << setting.term;
}

struct AttentionSizes {
  int64_t batch, queries, keys;
};

/// Arguments of one call, all but `lengths` and `examples` random.
struct AttentionInputs {
  Tensor query, key, value, gradient;
  Tensor lengths, examples; // [batch]
  int32_t dropoutKey = 77;
  // Where the mask speaks of them.
  Tensor prefix = {};                              // [batch]
  Tensor present = {};                             // [batch, keys]
  Tensor queryDocuments = {}, queryPositions = {}; // [batch, queries]
  Tensor keyDocuments = {}, keyPositions = {};     // [batch, keys]
  Tensor table = {};                               // [bucket, head], where the setting has one

  /// Cuts both sides of each example into documents that end behind the same tokens.
  void cutDocuments(AttentionSizes sizes, const std::vector<int64_t> &ends);
};

struct AttentionResults {
  Tensor output, logSum;
  Tensor queryGradient, keyGradient, valueGradient;
  Tensor bucketGradient; // [batch, query, head, bucket], where there is a table
};

class AttentionKernels {
public:
  explicit AttentionKernels(AttentionSetting setting);

  AttentionInputs inputs(AttentionSizes sizes) const;
  AttentionResults operator()(const AttentionInputs &inputs) const;

  bool allows(const AttentionInputs &inputs, int64_t b, int64_t q, int64_t k) const;

  /// The same in double precision, forward and backward done.
  NaiveAttention naive(const AttentionInputs &inputs) const;

private:
  std::vector<Argument> arguments(const AttentionInputs &inputs, std::vector<Argument> first) const;

  AttentionSetting setting;
  MaskSet set;
  LoadedKernel forward, backward;
};

} // namespace loup::test
