// How far along an operand a result reads.
#pragma once

#include "ir/masks/Dependence.h"

#include <cstdint>
#include <vector>

namespace loup {

/// k <= (slope * q + constant) / divisor, rounded down.
struct PositionBound {
  int64_t slope = 0;
  int64_t constant = 0;
  int64_t divisor = 1;

  bool operator==(const PositionBound &) const = default;
};

/// Bounds on the operand's position k by the result's, q, one position each: all of them hold for
/// every pair, whatever the numbers of the examples. None where k has no bound in q alone.
std::vector<PositionBound> boundsAbove(const Dependence &pairs);

} // namespace loup
