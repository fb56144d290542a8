// What passes prove of a model, as they tell it (passes/Passes.td, CheckMasks).
#pragma once

#include "frontend/Diagnostics.h"
#include "frontend/explain/AttentionMasks.h"
#include "frontend/explain/Html.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace loup {

struct Proved {
  std::string what;                         // "every query has a key"
  std::map<std::string, std::string> about; // "mask", "queries", "keys"; "side"
};

/// From now on the passes' remarks on what they proved are added to `proved`, which must live as
/// long as `context`.
void collectProofs(mlir::MLIRContext *context, std::vector<Proved> &proved);

/// In words: the masks as sets, their bounds for as many queries as kernels take at once, if they
/// go by bounds, what was proved, also of `step` as it was derived (passes/SourceNeed.h), and what
/// the passes warned of.
Section proofSection(const std::vector<AttentionMask> &masks, const std::vector<Proved> &proved,
                     mlir::func::FuncOp step, const std::optional<int64_t> &queriesInBlock,
                     const Diagnostics &reports);

} // namespace loup
