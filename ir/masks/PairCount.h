// How many pairs a mask allows, without looking at each of them.
#pragma once

#include "ir/masks/MaskSet.h"

#include <cstdint>
#include <vector>

namespace loup {

/// Counts the pairs of one mask.
class PairCount {
public:
  explicit PairCount(const MaskSet &allowed);

  /// The queries `first` .. sizes.queries - 1 that may see key `k`, which is present or not.
  int64_t queriesOf(int64_t k, const MaskSizes &sizes, bool isPresent = true,
                    int64_t first = 0) const;

private:
  std::vector<MaskAlternative> alternatives;
  int64_t modulus;
};

} // namespace loup
