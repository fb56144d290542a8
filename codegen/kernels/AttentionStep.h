#pragma once

#include "codegen/KernelOps.h"

namespace loup {

/// Attention of one query a hypothesis, which has no query axis.
Anchor attentionStep(AttentionOp op, const KernelBody &body);

} // namespace loup
