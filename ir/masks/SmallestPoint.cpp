#include "ir/masks/SmallestPoint.h"

namespace loup {

using mlir::presburger::BoundType;
using mlir::presburger::DynamicAPInt;
using mlir::presburger::IntegerRelation;
using mlir::presburger::PresburgerRelation;

// Bisection rather than a lexical simplex, which loses its way among rounded quotients.
std::optional<std::vector<int64_t>> smallestPoint(PresburgerRelation points) {
  llvm::SmallVector<DynamicAPInt> sample;
  if (!points.findIntegerSample(sample))
    return std::nullopt;
  std::vector<int64_t> point;
  unsigned variables = points.getSpace().getNumDimAndSymbolVars();
  auto bound = [&](BoundType type, unsigned column, int64_t value) {
    IntegerRelation half(points.getSpace());
    half.addBound(type, column, value);
    return points.intersect(PresburgerRelation(half));
  };
  for (unsigned column = 0; column < variables; ++column) {
    int64_t low = 0, high = int64_t(sample[column]);
    while (low < high) {
      int64_t middle = low + (high - low) / 2;
      llvm::SmallVector<DynamicAPInt> smaller;
      if (bound(BoundType::UB, column, middle).findIntegerSample(smaller)) {
        sample = smaller;
        high = int64_t(sample[column]);
      } else {
        low = middle + 1;
      }
    }
    points = bound(BoundType::EQ, column, high);
    point.push_back(high);
  }
  return point;
}

} // namespace loup
