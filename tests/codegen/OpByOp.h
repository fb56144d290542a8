// Functions run as the textbook has them: each op is a kernel of its own.
#pragma once

#include "tests/codegen/LoadedKernel.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <memory>
#include <vector>

namespace loup::test {

/// A function "kernel" of this op alone. Its arguments are the op's operands, one each also where
/// two are the same value; its results are the op's.
mlir::OwningOpRef<mlir::func::FuncOp> functionOf(mlir::Operation *op);

class OpByOp {
public:
  /// Compiles a kernel for each op of the function, which must outlive this.
  explicit OpByOp(mlir::func::FuncOp function);

  /// What the function returns.
  std::vector<Tensor> operator()(const std::vector<Argument> &arguments) const;

private:
  mlir::Block &body;
  std::vector<std::shared_ptr<const LoadedKernel>> kernels; // in the order of the ops
};

} // namespace loup::test
