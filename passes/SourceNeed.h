// How much of the source each step of decoding reads.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Value.h"

namespace loup {

/// Notes at `step` on how many source tokens the logits of a target position depend, through all
/// layers and whatever follows them: `loup.source_need`, a list of (per position, constant,
/// divisor), each a bound (per position * position + constant) / divisor. Where there is none,
/// `loup.source_obstacle` says why: an attention that sees the source to its end, what the data
/// tell of a whole source, or masks too intricate together.
void noteSourceNeed(mlir::Value logits, mlir::Value source, mlir::func::FuncOp step);

} // namespace loup
