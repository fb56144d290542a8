// Ops whose result elements each need a bounded number of operand elements.
#ifndef LOUP_POINTWISE_TD
#define LOUP_POINTWISE_TD

include "mlir/IR/OpBase.td"

/// Each element of the result is computed from a bounded number of operand elements, so that the op
/// can join the kernel that makes its operands or the one that reads its result.
def Pointwise : NativeOpTrait<"Pointwise"> { let cppNamespace = "::loup"; }

/// And these are the elements at the result's own place, so that the op can go on from what a kernel
/// has just computed there.
def ElementByElement : NativeOpTrait<"ElementByElement"> { let cppNamespace = "::loup"; }

#endif
