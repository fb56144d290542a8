// How an op walks along a sequence: proofs, caches and packing are read off this interface.
#ifndef LOUP_SEQUENCE_OP_TD
#define LOUP_SEQUENCE_OP_TD

include "mlir/IR/Interfaces.td"

def SequenceOp : OpInterface<"SequenceOp"> {
  let cppNamespace = "::loup";
  let description = [{
    Says which positions of an operand one position of the result reads. By default position q of
    the result reads position q of every operand along the axes they share by name; an axis of the
    operand that the result lacks is read whole (it is pooled).
  }];
  let methods = [
    InterfaceMethod<[{
      The allowed (position of the result along `resultAxis`, position of operand `operand` along
      `operandAxis`) pairs, as words of the mask language: "k == q", "k == q - 1", "causal", ... Null
      where the default holds.
      }],
      "::loup::MaskAttr", "getReach",
      (ins "unsigned":$operand, "::llvm::StringRef":$resultAxis, "::llvm::StringRef":$operandAxis),
      "", "return nullptr;">,
    InterfaceMethod<[{
      Where sequences lie one after the other and the op goes by sequence: the axes along which they
      lie, each with the offsets at which they begin.
      }],
      "::llvm::SmallVector<std::pair<::mlir::StringAttr, ::mlir::Value>>", "getRagged", (ins),
      "", "return {};">,
    InterfaceMethod<"Makes it the op of a single sequence.",
      "void", "clearRagged", (ins), "", "return;">,
  ];
}

#endif
