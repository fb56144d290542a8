// Where values lie in memory, and for how long.
#pragma once

#include "frontend/explain/Html.h"

#include "mlir/IR/BuiltinOps.h"

namespace loup {

/// A picture of each arena of each function of `module`, whose memory is planned.
Section memorySection(mlir::ModuleOp module);

} // namespace loup
