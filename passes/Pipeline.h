// The order of the passes, for each rung of the ladder.
#pragma once

#include "mlir/Pass/PassManager.h"

#include "llvm/ADT/StringRef.h"

#include <vector>

namespace loup {

/// The names of the rungs, slowest first: "textbook", "fused".
const std::vector<std::string> &scheduleNames();

/// Adds the passes of rung `schedule`. Throws InternalError for a name that is none.
void buildPipeline(mlir::OpPassManager &manager, llvm::StringRef schedule);

/// Makes every rung known to loup-opt by name: `--fused`.
void registerPipelines();

} // namespace loup
