// The passes, and the helpers they share. Passes.td says what each does.
#pragma once

#include "ir/LoupOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <string>

namespace loup {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

/// The value's name in the model ("encoder.layers.0.linear1"), or "value" where it has none.
std::string nameOf(mlir::Value value);
mlir::Location named(const std::string &name, mlir::MLIRContext *context);

/// Erases pure ops without uses, last to first.
void eraseDeadOps(mlir::Block &block);

/// The name an argument or a result carries as `loup.name`.
llvm::StringRef argumentName(mlir::func::FuncOp function, unsigned i);

/// The function's argument of that name, which is added where there is none.
mlir::Value argumentOf(mlir::func::FuncOp function, llvm::StringRef name, mlir::Type type);

} // namespace loup
