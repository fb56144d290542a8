// A kernel written as IR, in short types.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>

namespace loup::test {

class ParsedKernel {
public:
  /// `ir` is the text of one function. In it, "[batch, time:128]" stands for
  /// tensor<?x128xf32, #loup.axes<batch, time>>, and "i[batch]" for the same of integers.
  explicit ParsedKernel(const std::string &ir);

  /// The function, marked as a kernel.
  mlir::func::FuncOp function();

private:
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

} // namespace loup::test
