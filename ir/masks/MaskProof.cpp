#include "ir/masks/MaskProof.h"

#include "ir/masks/Projection.h"

#include <vector>

namespace loup {

using mlir::presburger::BoundType;
using mlir::presburger::DynamicAPInt;
using mlir::presburger::IntegerRelation;
using mlir::presburger::PresburgerRelation;
using mlir::presburger::PresburgerSet;
using mlir::presburger::PresburgerSpace;

std::string LaterToken::describe() const {
  return "position q=" + std::to_string(query) + (exact ? " sees k=" : " may see k=") +
         std::to_string(key) + (key == query ? ", its own place" : ", which comes later");
}

std::string EmptyRow::describe() const {
  std::string row = "query q=" + std::to_string(query);
  if (side == KeySide::Own)
    return row + " of a sequence of length " + std::to_string(sizes.length) +
           " has no key it may see";
  return row + " has no key it may see in a sequence of length " + std::to_string(sizes.length);
}

std::string SeenPadding::describe() const {
  return "query q=" + std::to_string(query) + " sees k=" + std::to_string(key) +
         ", which is padding of a sequence of length " + std::to_string(sizes.length);
}

namespace {

/// The lexicographically smallest point: domain, range, then symbols, none of which is negative.
/// (Bisection rather than a lexical simplex, which loses its way among rounded quotients.)
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

/// The pairs of real queries with real keys; or with all keys, padding included.
MaskSet matrix(KeySide side, bool withPadding) {
  MaskSet pairs = MaskSet::where({.query = 1})                                  // 0 <= q
                      .intersect(MaskSet::where({.key = 1}))                    // 0 <= k
                      .intersect(MaskSet::where({.length = 1, .constant = -1})) // 1 <= length
                      .intersect(MaskSet::where({.keys = 1, .length = -1}))     // length <= keys
                      .intersect(MaskSet::where({.query = -1, .queries = 1, .constant = -1}));
  pairs = pairs.intersect(withPadding ? MaskSet::where({.key = -1, .keys = 1, .constant = -1})
                                      : MaskSet::where({.key = -1, .length = 1, .constant = -1}));
  if (side == KeySide::Own)
    pairs = pairs.intersect(MaskSet::where({.queries = 1, .keys = -1, .equality = true}))
                .intersect(MaskSet::where({.query = -1, .length = 1, .constant = -1}));
  return pairs;
}

/// The rows in which some pair lies.
PresburgerSet rowsOf(const MaskSet &pairs) {
  PresburgerSet rows = PresburgerSet::getEmpty(
      PresburgerSpace::getSetSpace(MaskSet::dimensions - 1, MaskSet::symbols));
  for (IntegerRelation part : pairs.points().getAllDisjuncts()) {
    eliminateExactly(part, MaskSet::Key);
    rows.unionInPlace(part);
  }
  return rows.coalesce();
}

} // namespace

std::optional<LaterToken> findLaterToken(const Dependence &onTokens, std::string_view side,
                                         Sight sight) {
  int64_t first = sight == Sight::BeforeItself ? 0 : 1; // from here on, k - q is too much
  MaskSet later = MaskSet::where({.query = -1, .key = 1, .constant = -first});
  MaskSet realQuery = MaskSet::where({.query = -1, .length = 1, .constant = -1});
  MaskSet realKey = MaskSet::where({.key = -1, .length = 1, .constant = -1});
  Dependence seen = onTokens.where(0, 0, later.intersect(realQuery), side);
  for (const Dependence &candidates : {seen.where(0, 0, realKey, side), seen})
    if (auto point = smallestPoint(candidates.pairs())) {
      LaterToken token{(*point)[0], (*point)[1], {}, candidates.isExact()};
      for (size_t i = 0; i < candidates.sides().size(); ++i)
        token.lengths[candidates.sides()[i]] = (*point)[2 + i];
      return token;
    }
  return std::nullopt;
}

std::optional<EmptyRow> findEmptyRow(const MaskSet &allowed, KeySide side) {
  MaskSet pairs = matrix(side, /*withPadding=*/true);
  auto point = smallestPoint(rowsOf(pairs).subtract(rowsOf(pairs.intersect(allowed))));
  if (!point)
    return std::nullopt;
  return EmptyRow{(*point)[0], {(*point)[1], (*point)[2], (*point)[3]}, side};
}

std::optional<SeenPadding> findSeenPadding(const MaskSet &allowed, KeySide side) {
  MaskSet padding = MaskSet::where({.key = 1, .length = -1});
  MaskSet seen = matrix(side, /*withPadding=*/true).intersect(padding).intersect(allowed);
  auto point = smallestPoint(seen.points());
  if (!point)
    return std::nullopt;
  return SeenPadding{(*point)[0], (*point)[1], {(*point)[2], (*point)[3], (*point)[4]}};
}

bool hidesNothing(const MaskSet &allowed, KeySide side) {
  return matrix(side, /*withPadding=*/true).intersect(allowed.complement()).isEmpty();
}

bool hidesEverything(const MaskSet &allowed, KeySide side) {
  return matrix(side, /*withPadding=*/false).intersect(allowed).isEmpty();
}

} // namespace loup
