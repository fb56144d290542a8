#include "codegen/kernels/ErrorFunction.h"

#include "codegen/kernels/Exponential.h"

using namespace Halide;

namespace loup {

Expr errorFunction(Expr x) {
  Expr t = abs(x), square = x * x;
  Expr high = -1.72853470e-5f * t + 3.83197126e-4f;
  Expr low = -3.88396438e-3f * t + 2.42546219e-2f;
  Expr exponent = high * square + low;
  for (float coefficient : {-1.06777877e-1f, -6.34846687e-1f, -1.28717512e-1f})
    exponent = exponent * t + coefficient;
  Expr tail = 1.0f - exponential(exponent * t - t);

  Expr near = -5.96761703e-4f;
  for (float coefficient :
       {4.99119423e-3f, -2.67681349e-2f, 1.12819925e-1f, -3.76125336e-1f, 1.28379166e-1f})
    near = near * square + coefficient;
  near = near * x + x;
  return strict_float(select(t > 0.927734375f, select(x < 0.0f, -tail, tail), near));
}

} // namespace loup
