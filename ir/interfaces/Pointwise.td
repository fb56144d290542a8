// Ops whose result elements each need a bounded number of operand elements.
#ifndef LOUP_POINTWISE_TD
#define LOUP_POINTWISE_TD

include "mlir/IR/OpBase.td"

/// Each element of the result is computed from a bounded number of operand elements, so that the op
/// can join the kernel that makes its operands or the one that reads its result.
def Pointwise : NativeOpTrait<"Pointwise"> { let cppNamespace = "::loup"; }

#endif
