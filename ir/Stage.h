// What a module may hold between passes.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace loup {

enum class Stage {
  Model,    // `train` computes losses; no op is a gradient, a state or a call
  Decoder,  // and `score`, `prefill` and `step` stand beside it
  Training, // `train` stores the gradient of every parameter that it reads
  Outlined, // all computing is done in kernels, called with views of memory
  Planned,  // and every result of a call has its place
};

/// Whether the function is computed by Halide, and the model's functions call it.
bool isKernel(mlir::func::FuncOp function);

/// What is done in a function without a kernel: naming memory, keeping it, calling, ending.
bool staysOutsideKernels(mlir::Operation *op);

/// Emits an error at what `stage` does not allow.
mlir::LogicalResult verifyStage(mlir::ModuleOp module, Stage stage);

} // namespace loup
