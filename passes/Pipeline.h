// The order of the passes, for each rung of the ladder.
#pragma once

#include "mlir/Pass/PassManager.h"

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace loup {

struct Named {
  std::string name, summary;
};

/// The rungs of the ladder, slowest first.
const std::vector<Named> &rungs();

/// The passes of rung `schedule`, in order.
std::vector<Named> passesOf(llvm::StringRef schedule);

/// Adds the passes of rung `schedule`, as far as pass `last` where one is named, and between them
/// passes without a name that hold the module to its stage (ir/Stage.h). Throws InternalError for a
/// rung that is none.
void buildPipeline(mlir::OpPassManager &manager, llvm::StringRef schedule,
                   llvm::StringRef last = {});

/// Makes every rung known to loup-opt by name: `--fused`.
void registerPipelines();

} // namespace loup
