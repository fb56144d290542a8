// The error function as vector arithmetic: the same bits in vectors and scalars.
#pragma once

#include "Halide.h"

namespace loup {

/// erf(x) within 2 units in the last place; a NaN stays one. (Norbert Juffa's faithfully rounded
/// erff: a polynomial up to 475/512, beyond it 1 - e^p(|x|).)
Halide::Expr errorFunction(Halide::Expr x);

} // namespace loup
