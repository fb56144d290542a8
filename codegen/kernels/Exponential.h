// Exponential and logarithm as vector arithmetic: the same bits in vectors and scalars.
#pragma once

#include "Halide.h"

namespace loup {

/// e^x within 2 units in the last place, for x at most 88. Below -87, where the result would lose
/// digits, it is 0; a NaN stays one. (Cephes' expf: Moshier, 1992.)
Halide::Expr exponential(Halide::Expr x);

/// The natural logarithm of a normal number above 0, within 2 units in the last place; a NaN or
/// infinity stays. (Cephes' logf.)
Halide::Expr logarithm(Halide::Expr x);

} // namespace loup
