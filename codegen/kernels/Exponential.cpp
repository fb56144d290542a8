#include "codegen/kernels/Exponential.h"

#include <initializer_list>

using namespace Halide;

namespace loup {

// ln 2 in two parts: the product of the first with a small whole number is exact.
static constexpr float ln2High = 0.693359375f, ln2Low = -2.12194440e-4f;

/// Coefficients from the highest power down.
static Expr polynomial(Expr x, std::initializer_list<float> coefficients) {
  Expr result;
  for (float coefficient : coefficients)
    result = result.defined() ? result * x + coefficient : Expr(coefficient);
  return result;
}

Expr exponential(Expr x) {
  // x = n ln 2 + r, and e^x = 2^n e^r. A NaN must not become a whole number; it is in r. Added to
  // 3 * 2^22, whose last digit is worth 1, a small number is rounded, and n stands in the last
  // bits.
  constexpr float shift = 3 << 22;
  Expr shifted = strict_float(select(x > -87.0f, x, -87.0f) * 1.44269504088896341f + shift);
  Expr n = strict_float(shifted - shift);
  Expr r = x - n * ln2High - n * ln2Low;
  Expr p = polynomial(r, {1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                          1.6666665459e-1f, 5.0000001201e-1f});
  Expr power = reinterpret<float>((reinterpret<int32_t>(shifted) + 127) << 23);
  return strict_float(select(x < -87.0f, 0.0f, (p * (r * r) + r + 1.0f) * power));
}

Expr logarithm(Expr x) {
  // x = 2^n m with m in [sqrt(1/2), sqrt(2)), and ln x = n ln 2 + ln(1 + r), r = m - 1.
  Expr bits = reinterpret<int32_t>(x);
  Expr n = (bits - 0x3f3504f3) >> 23;
  Expr r = reinterpret<float>(bits - (n << 23)) - 1.0f;
  Expr p = polynomial(r, {7.0376836292e-2f, -1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f,
                          1.4249322787e-1f, -1.6668057665e-1f, 2.0000714765e-1f, -2.4999993993e-1f,
                          3.3333331174e-1f});
  Expr scale = cast<float>(n);
  Expr square = r * r;
  Expr result = r + (p * (square * r) + scale * ln2Low - 0.5f * square) + scale * ln2High;
  return strict_float(select(is_nan(x) || is_inf(x), x, result));
}

} // namespace loup
