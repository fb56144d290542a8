// Eliminating a variable from linear conditions: for which values of the others does an integer
// exist?
#pragma once

#include "mlir/Analysis/Presburger/IntegerRelation.h"

namespace loup {

/// Whether Fourier-Motzkin elimination of the variable keeps exactly the points for which an
/// integer exists, and not also some for which only a fraction does.
bool isExactlyEliminable(const mlir::presburger::IntegerRelation &points, unsigned column);

/// Eliminates the variable exactly, if need be by unknowns that are rounded quotients of the
/// others. `points` must have no unknowns yet.
void eliminateExactly(mlir::presburger::IntegerRelation &points, unsigned column);

} // namespace loup
