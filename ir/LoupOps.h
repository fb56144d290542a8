// All ops of the dialect, their traits and interfaces.
#pragma once

#include "ir/Axes.h"
#include "ir/LoupDialect.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace loup {

mlir::LogicalResult verifyConsistentAxes(mlir::Operation *op);

/// The same axis name has the same size in all operands and results.
template <typename Op> struct ConsistentAxes : mlir::OpTrait::TraitBase<Op, ConsistentAxes> {
  static mlir::LogicalResult verifyTrait(mlir::Operation *op) { return verifyConsistentAxes(op); }
};

/// Each element of the result needs a bounded number of operand elements.
template <typename Op> struct Pointwise : mlir::OpTrait::TraitBase<Op, Pointwise> {};

/// And these are the elements at the result's own place.
template <typename Op> struct ElementByElement : mlir::OpTrait::TraitBase<Op, ElementByElement> {};

/// The result is the operand's memory under other axes.
template <typename Op> struct View : mlir::OpTrait::TraitBase<Op, View> {};

} // namespace loup

#include "ir/interfaces/Differentiable.h.inc"
#include "ir/interfaces/SequenceOp.h.inc"

#define GET_OP_CLASSES
#include "ir/LoupOps.h.inc"
