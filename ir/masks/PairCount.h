// How many pairs a mask allows, without looking at each of them.
#pragma once

#include "ir/masks/MaskSet.h"

#include <cstdint>
#include <vector>

namespace loup {

/// Counts the pairs of one mask, all keys being present.
class PairCount {
public:
  explicit PairCount(const MaskSet &allowed);

  /// The keys of 0 .. sizes.keys - 1 that query `q` may see.
  int64_t keysOf(int64_t q, const MaskSizes &sizes) const;

  /// The pairs of all queries of 0 .. sizes.queries - 1.
  int64_t pairs(const MaskSizes &sizes) const;

private:
  std::vector<MaskAlternative> alternatives;
  int64_t modulus;
};

} // namespace loup
