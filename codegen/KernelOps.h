// What kernels can be made of: an op's algorithm, and for anchors their schedule too.
#pragma once

#include "codegen/KernelBody.h"

#include <functional>
#include <vector>

namespace loup {

/// The function that writes kernel results of the same axes: dimensions are those axes in Halide's
/// order (body.vars), values are the results in order. Reads what the anchor computes.
using Outputs = llvm::ArrayRef<Halide::Func>;

/// The algorithm of an anchor and the schedule of the whole kernel. `schedule` is called once the
/// outputs are defined, epilogue included.
struct Anchor {
  std::vector<Halide::Func> results; // one a result of the op
  std::function<void(Outputs)> schedule;
};

/// The one output of a kernel whose results all have the same axes; InternalError otherwise.
Halide::Func single(Outputs outputs);

class KernelOps {
public:
  /// All families of kernels/.
  static const KernelOps &all();

  /// `Op`'s result at a point, as `algorithm(op, body, at)`.
  template <class Op, class Algorithm> void pointwise(Algorithm algorithm) {
    expressions[Op::getOperationName()] = [algorithm](mlir::Operation *op, const KernelBody &body,
                                                      const Point &at) -> Halide::Expr {
      return algorithm(mlir::cast<Op>(op), body, at);
    };
  }

  /// `Op`'s Funcs and schedule, as `build(op, body)`.
  template <class Op, class Build> void anchor(Build build) {
    anchors[Op::getOperationName()] = [build](mlir::Operation *op,
                                              const KernelBody &body) -> Anchor {
      return build(mlir::cast<Op>(op), body);
    };
  }

  bool isAnchor(mlir::Operation *op) const;
  Halide::Expr evaluate(mlir::Operation *op, const KernelBody &body, const Point &at) const;
  Anchor build(mlir::Operation *op, const KernelBody &body) const;

private:
  KernelOps();

  using Expression =
      std::function<Halide::Expr(mlir::Operation *, const KernelBody &, const Point &)>;
  using Build = std::function<Anchor(mlir::Operation *, const KernelBody &)>;
  std::map<llvm::StringRef, Expression> expressions;
  std::map<llvm::StringRef, Build> anchors;
};

} // namespace loup
