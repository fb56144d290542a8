#include "runtime/Description.h"

#include <algorithm>
#include <limits>

namespace loup {

int64_t SourceNeed::tokens(int64_t position) const {
  int64_t least = std::numeric_limits<int64_t>::max();
  for (const Bound &bound : bounds) {
    int64_t dividend = bound.perPosition * position + bound.constant;
    least = std::min(least, dividend < 0 ? 0 : dividend / bound.divisor);
  }
  return least;
}

} // namespace loup
