// Forward and backward of an op stand side by side: the op itself knows its gradient.
#ifndef LOUP_DIFFERENTIABLE_TD
#define LOUP_DIFFERENTIABLE_TD

include "mlir/IR/Interfaces.td"

def Differentiable : OpInterface<"Differentiable"> {
  let cppNamespace = "::loup";
  let description = "An op that can build the gradient of a scalar loss by its operands.";
  let methods = [
    InterfaceMethod<[{
      Given the loss's gradient by each result (null where a result does not reach the loss), builds
      its gradient by each operand: one value an operand, null where there is none (integers).
      }],
      "::llvm::SmallVector<::mlir::Value>", "buildGradients",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$resultGradients)>,
  ];
}

#endif
