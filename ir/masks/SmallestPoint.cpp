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

/// The pairs up to a query and, in its row, up to a key.
static MaskSet upTo(int64_t q, int64_t k) {
  MaskSet rowsBefore = MaskSet::where({.query = -1, .constant = q - 1});
  return rowsBefore.unite(MaskSet::where({.query = -1, .constant = q})
                              .intersect(MaskSet::where({.key = -1, .constant = k})));
}

std::optional<std::vector<int64_t>> smallestPair(MaskSet pairs) {
  std::optional<std::vector<int64_t>> best;
  int64_t m = pairs.modulus();
  if (m > 1 && pairs.withoutClasses().isEmpty())
    return best;
  for (int64_t a = 0; a < m && !(best && a > (*best)[0]); ++a)
    for (int64_t b = 0; b < m; ++b) {
      auto point = smallestPoint(pairs.inClass(m, a, b).pieces().front().points);
      if (!point)
        continue;
      (*point)[0] = (*point)[0] * m + a;
      (*point)[1] = (*point)[1] * m + b;
      if (best && *best < *point)
        continue;
      best = point;
      if (m > 1) // what lies behind it need not be looked at; classes stay as they are
        pairs = pairs.intersect(upTo((*best)[0], (*best)[1]));
    }
  return best;
}

} // namespace loup
