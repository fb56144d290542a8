// What every op file needs: the op class, tensor constraints and the interfaces.
#ifndef LOUP_OP_TD
#define LOUP_OP_TD

include "ir/LoupDialect.td"
include "ir/interfaces/Differentiable.td"
include "ir/interfaces/Pointwise.td"
include "ir/interfaces/SequenceOp.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def HasAxes : CPred<"::loup::hasAxes($_self)">;
def Real : Type<And<[HasAxes, CPred<"::loup::isReal($_self)">]>, "f32 tensor with named axes",
                "::mlir::RankedTensorType">;
def Integer : Type<And<[HasAxes, CPred<"::loup::isInteger($_self)">]>,
                   "i32 tensor with named axes", "::mlir::RankedTensorType">;
def Named : Type<HasAxes, "tensor with named axes", "::mlir::RankedTensorType">;

def ConsistentAxes : NativeOpTrait<"ConsistentAxes"> { let cppNamespace = "::loup"; }

/// The op computes values and does nothing else. Its axes are checked against each other: the same
/// name has the same size.
class LoupOp<string mnemonic, list<Trait> traits = []>
    : Op<LoupDialect, mnemonic, !listconcat(traits, [Pure, SequenceOp, ConsistentAxes])>;

/// The op stands for something beside its results: a declaration, a store, a region.
class LoupEffectOp<string mnemonic, list<Trait> traits = []>
    : Op<LoupDialect, mnemonic, traits>;


def DifferentiableOp : DeclareOpInterfaceMethods<Differentiable>;

#endif
