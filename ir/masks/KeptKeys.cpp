#include "ir/masks/KeptKeys.h"

#include "ir/masks/MaskProof.h"

#include "mlir/Analysis/Presburger/IntegerRelation.h"
#include "mlir/Analysis/Presburger/Simplex.h"

#include <algorithm>
#include <array>

namespace loup {

using mlir::presburger::DynamicAPInt;
using mlir::presburger::IntegerPolyhedron;
using mlir::presburger::PresburgerSpace;
using mlir::presburger::Simplex;

namespace {

/// The query that is computed now, a query from it on, a key up to it, and what the mask speaks of.
enum Column : unsigned { Now, Query, Key, Length, Prefix, Constant, columns };
using Row = std::array<int64_t, columns>;

/// Where a query from now on sees a key up to now.
IntegerPolyhedron seenLater(const MaskAlternative &alternative) {
  IntegerPolyhedron points(PresburgerSpace::getSetSpace(columns - 1));
  points.addInequality(Row{-1, 1, 0, 0, 0, 0}); // now <= query
  points.addInequality(Row{1, 0, -1, 0, 0, 0}); // key <= now
  for (Column atLeastZero : {Now, Key, Length, Prefix}) {
    Row row{};
    row[atLeastZero] = 1;
    points.addInequality(row);
  }
  for (const MaskCondition &condition : alternative.conditions) {
    Row row{
        0, condition.query, condition.key, condition.length, condition.prefix, condition.constant};
    condition.equality ? points.addEquality(row) : points.addInequality(row);
  }
  return points;
}

std::optional<int64_t> most(const IntegerPolyhedron &points, const Row &sum) {
  llvm::SmallVector<DynamicAPInt> row(sum.begin(), sum.end());
  auto optimum = Simplex(points).computeOptimum(Simplex::Direction::Up, row);
  if (!optimum.isBounded())
    return std::nullopt;
  return int64_t(floor(*optimum));
}

} // namespace

KeptKeys KeptKeys::unite(const KeptKeys &other) const {
  return {std::max(first, other.first), std::max(last, other.last)};
}

std::optional<KeptKeys> keptKeys(const MaskSet &allowed) {
  if (!hidesLater(allowed))
    return std::nullopt;
  KeptKeys kept;
  for (const MaskAlternative &alternative : allowed.inSomeCase().withoutClasses().alternatives()) {
    IntegerPolyhedron points = seenLater(alternative);
    if (points.isIntegerEmpty())
      continue;
    if (auto back = most(points, {1, 0, -1, 0, 0, 0}))
      kept.last = std::max(kept.last, *back + 1);
    else if (auto key = most(points, {0, 0, 1, 0, 0, 0}))
      kept.first = std::max(kept.first, *key + 1);
    else
      return std::nullopt;
  }
  return kept;
}

} // namespace loup
