// The first of a relation's points.
#pragma once

#include "mlir/Analysis/Presburger/PresburgerRelation.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace loup {

/// The lexicographically smallest integer point, if there is any: domain, range, then symbols, none
/// of which may be negative.
std::optional<std::vector<int64_t>> smallestPoint(mlir::presburger::PresburgerRelation points);

} // namespace loup
