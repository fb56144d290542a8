// Sums, factors and activations.
#include "codegen/kernels/ErrorFunction.h"
#include "codegen/kernels/Exponential.h"
#include "codegen/kernels/Families.h"

#include <numbers>

using namespace Halide;

namespace loup {

/// The normal distribution: the probability of a number below x.
static Expr normalBelow(Expr x) {
  return (1.0f + errorFunction(x * (std::numbers::sqrt2_v<float> / 2))) * 0.5f;
}

/// The normal distribution's density.
static Expr normalDensity(Expr x) {
  constexpr float factor = std::numbers::inv_sqrtpi_v<float> * std::numbers::sqrt2_v<float> / 2;
  return exponential(x * x * -0.5f) * factor;
}

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

  // A NaN stays.
  ops.pointwise<ReluOp>([](ReluOp op, const KernelBody &body, const Point &at) {
    Expr x = body.read(op.getInput(), at);
    return select(is_nan(x) || x > 0.0f, x, 0.0f);
  });

  ops.pointwise<ReluGradientOp>([](ReluGradientOp op, const KernelBody &body, const Point &at) {
    return select(body.read(op.getOutput(), at) > 0.0f, body.read(op.getGradient(), at), 0.0f);
  });

  ops.pointwise<GeluOp>([](GeluOp op, const KernelBody &body, const Point &at) {
    Expr x = body.read(op.getInput(), at);
    return x * normalBelow(x);
  });

  ops.pointwise<GeluGradientOp>([](GeluGradientOp op, const KernelBody &body, const Point &at) {
    Expr x = body.read(op.getInput(), at);
    return body.read(op.getGradient(), at) * (normalBelow(x) + x * normalDensity(x));
  });
}

} // namespace loup
