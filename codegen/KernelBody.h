// A kernel on its way from ops to Halide: what values are, at a point.
#pragma once

#include "codegen/Point.h"
#include "ir/LoupOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <map>
#include <string>
#include <vector>

namespace loup {

class KernelOps;

/// What an op's algorithm is written in. There is one Halide::Var for each axis name, so that ops
/// compose without knowing each other; reading the result of a pointwise op or a view gives its
/// expression, reading an argument or an anchor's result gives a load.
class KernelBody {
public:
  /// `kernel` must be a function with attribute `loup.kernel`.
  KernelBody(mlir::func::FuncOp kernel, const KernelOps &ops, const Halide::Target &target);

  const Halide::Target &target() const { return machine; }

  /// The element of `value` at `at`; axes that the value lacks are ignored. What ops computed is
  /// strict: its bits do not depend on the code around it.
  Halide::Expr read(mlir::Value value, const Point &at) const;

  Halide::Var var(llvm::StringRef axis) const;

  /// The variables of a tensor's axes in Halide's order, innermost first.
  std::vector<Halide::Var> vars(mlir::Type type) const;

  /// Every axis of `type` at its variable.
  Point point(mlir::Type type) const;

  /// The point's indices along the axes of `type` in Halide's order.
  std::vector<Halide::Expr> indices(mlir::Type type, const Point &at) const;

  /// The number of elements along `axis`: a constant, or what an argument's buffer says.
  Halide::Expr extent(llvm::StringRef axis) const;

  /// A reduction over whole axes, the first of them innermost.
  Halide::RDom domain(llvm::ArrayRef<llvm::StringRef> axes, const std::string &name) const;

  /// The kernel's arguments, in order.
  std::vector<Halide::Argument> arguments() const;

  /// Tells an autoscheduler how large the arguments, and `outputs`, which hold the kernel's results
  /// in order, typically are.
  void estimateSizes(llvm::ArrayRef<Halide::Func> outputs);

  /// From now on `value` is what `func` holds, whose arguments are vars(value's type).
  void define(mlir::Value value, Halide::Func func);

private:
  Halide::Expr load(mlir::Value value, const Point &at) const;

  mlir::Block *block;
  const KernelOps &ops;
  Halide::Target machine;
  std::map<void *, Halide::ImageParam> tensors;     // by argument
  std::map<void *, Halide::Param<int32_t>> scalars; // by argument
  std::map<void *, Halide::Func> funcs;             // by result of an anchor
};

/// What dense buffers of `type` promise: they start at 0, static sizes are what they are, and
/// strides are known from the innermost axis as far as sizes are. Of the buffers of one Func, only
/// the first has bounds of its own.
void describeBuffer(Halide::OutputImageParam &buffer, mlir::Type type, bool hasOwnBounds = true);

} // namespace loup
