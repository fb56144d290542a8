// What passes report, in the form of the frontend's own messages.
#pragma once

#include "frontend/Diagnostics.h"

#include "mlir/IR/Diagnostics.h"

namespace loup {

/// While it lives, MLIR's errors, warnings and notes go to `diagnostics`, at the places of the
/// description that their locations hold.
class CollectReports : public mlir::ScopedDiagnosticHandler {
public:
  CollectReports(mlir::MLIRContext *context, Diagnostics &diagnostics);
};

} // namespace loup
