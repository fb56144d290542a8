// From a checked description to the textbook program: the `loup` dialect, nothing fused.
#pragma once

#include "frontend/Spec.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string_view>

namespace loup {

/// The module of `spec`: its parameters and the function `train` (see passes/README.md). Every op's
/// location is its name in the model and the place in `fileName` it comes from.
mlir::OwningOpRef<mlir::ModuleOp> importSpec(const Spec &spec, std::string_view fileName,
                                             mlir::MLIRContext *context);

} // namespace loup
