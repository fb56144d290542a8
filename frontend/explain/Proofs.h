// What passes prove of a model, as they tell it (passes/Passes.td, CheckMasks).
#pragma once

#include "frontend/Diagnostics.h"
#include "frontend/explain/AttentionMasks.h"
#include "frontend/explain/Html.h"

#include "ir/LoupOps.h"
#include "ir/masks/MaskBounds.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"

#include <map>
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

/// What the kernels of attentions with one mask go by.
struct KernelBounds {
  BoundsAttr onKeys;
  Blocks blocks;
};

/// By the mask's words. A step of decoding, which has one query, is left out where others go by
/// larger blocks.
std::map<std::string, KernelBounds> kernelBounds(mlir::ModuleOp module);

/// In words: the masks as sets, the bounds of their kernels, what was proved, also of `step` as it
/// was derived (passes/SourceNeed.h), and what the passes warned of.
Section proofSection(const std::vector<AttentionMask> &masks, const std::vector<Proved> &proved,
                     mlir::func::FuncOp step, const std::map<std::string, KernelBounds> &bounds,
                     const Diagnostics &reports);

} // namespace loup
