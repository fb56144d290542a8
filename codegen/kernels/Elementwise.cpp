// Sums, factors and activations.
#include "codegen/kernels/Families.h"

using Halide::Expr;

namespace loup {

void addElementwise(KernelOps &ops) {
  ops.pointwise<AddOp>([](AddOp op, const KernelBody &body, const Point &at) {
    return body.read(op.getLeft(), at) + body.read(op.getRight(), at);
  });

  ops.pointwise<ScaleOp>([](ScaleOp op, const KernelBody &body, const Point &at) {
    return body.read(op.getInput(), at) * op.getFactor().convertToFloat();
  });

  ops.pointwise<ConstantOp>([](ConstantOp op, const KernelBody &, const Point &) {
    return Expr(op.getValue().convertToFloat());
  });

  // A NaN is not below zero, and stays.
  ops.pointwise<ReluOp>([](ReluOp op, const KernelBody &body, const Point &at) {
    Expr x = body.read(op.getInput(), at);
    return Halide::select(x <= 0.0f, 0.0f, x);
  });

  ops.pointwise<ReluGradientOp>([](ReluGradientOp op, const KernelBody &body, const Point &at) {
    return Halide::select(body.read(op.getOutput(), at) > 0.0f, body.read(op.getGradient(), at),
                          0.0f);
  });
}

} // namespace loup
