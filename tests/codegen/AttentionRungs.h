// How each rung of the ladder computes attention.
#pragma once

#include "tests/codegen/AttentionKernels.h"

namespace loup::test {

class AttentionRung {
public:
  virtual ~AttentionRung() = default;
  virtual AttentionResults run(const AttentionInputs &inputs) const = 0;
};

/// Compiles what `setting.rung` asks for.
std::unique_ptr<AttentionRung> makeAttentionRung(const AttentionSetting &setting);

} // namespace loup::test
