// Cutting a queue of sentences into batches of like length.
#pragma once

#include "runtime/Model.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace loup {

/// How many of the first of `count` sentences, which are sorted by source length, make a batch
/// within `limits`: one at least. `lengthsOf(i)` is the pair of source's and target's length of the
/// i-th.
template <class LengthsOf>
size_t firstBatch(size_t count, const Limits &limits, LengthsOf lengthsOf) {
  size_t longestTarget = 0;
  for (size_t i = 0; i < count; ++i) {
    std::pair<size_t, size_t> lengths = lengthsOf(i);
    longestTarget = std::max(longestTarget, lengths.second);
    auto size = static_cast<int64_t>(i) + 1;
    if (i > 0 &&
        (size > limits.sentences || size * int64_t(lengths.first) > limits.sourcePositions ||
         size * int64_t(longestTarget) > limits.targetPositions))
      return i;
  }
  return count;
}

} // namespace loup
