// The first of a relation's points, or of a mask's pairs.
#pragma once

#include "ir/masks/MaskSet.h"

#include "mlir/Analysis/Presburger/PresburgerRelation.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace loup {

/// The lexicographically smallest integer point, if there is any: domain, range, then symbols, none
/// of which may be negative.
std::optional<std::vector<int64_t>> smallestPoint(mlir::presburger::PresburgerRelation points);

/// The same of a mask's pairs by q, k and the other columns; class by class, and only where a class
/// may still come first.
std::optional<std::vector<int64_t>> smallestPair(MaskSet pairs);

} // namespace loup
