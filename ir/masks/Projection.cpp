#include "ir/masks/Projection.h"

#include <vector>

namespace loup {

using mlir::presburger::DynamicAPInt;
using mlir::presburger::IntegerRelation;

namespace {

/// The weighted sum of a row's columns, at least zero.
using Row = llvm::SmallVector<int64_t, 8>;

/// The conditions that bind the variable: below (positive factor) and above (negative factor), an
/// equality on both sides.
struct Bounds {
  std::vector<Row> lower, upper;
};

Bounds boundsOn(const IntegerRelation &points, unsigned column) {
  Bounds bounds;
  auto add = [&](Row row) { (row[column] > 0 ? bounds.lower : bounds.upper).push_back(row); };
  for (unsigned i = 0; i < points.getNumInequalities(); ++i)
    if (points.atIneq(i, column) != 0)
      add(points.getInequality64(i));
  for (unsigned i = 0; i < points.getNumEqualities(); ++i)
    if (points.atEq(i, column) != 0) {
      Row row = points.getEquality64(i);
      add(row);
      for (int64_t &factor : row)
        factor = -factor;
      add(row);
    }
  return bounds;
}

} // namespace

bool isExactlyEliminable(const IntegerRelation &points, unsigned column) {
  auto isUnit = [](const DynamicAPInt &factor) { return factor == 1 || factor == -1; };
  bool unitsBelow = true, unitsAbove = true;
  for (unsigned i = 0; i < points.getNumEqualities(); ++i) {
    DynamicAPInt factor = points.atEq(i, column);
    if (isUnit(factor))
      return true;
    unitsBelow &= factor == 0;
    unitsAbove &= factor == 0;
  }
  for (unsigned i = 0; i < points.getNumInequalities(); ++i) {
    DynamicAPInt factor = points.atIneq(i, column);
    (factor > 0 ? unitsBelow : unitsAbove) &= factor == 0 || isUnit(factor);
  }
  return unitsBelow || unitsAbove;
}

void eliminateExactly(IntegerRelation &points, unsigned column) {
  if (isExactlyEliminable(points, column)) {
    points.projectOut(column);
    return;
  }
  // A lower bound a x >= e means x >= ceil(e / a), and an upper one b x <= f. Some x lies between
  // all of them if b ceil(e / a) <= f for each pair.
  Bounds bounds = boundsOn(points, column);
  for (const Row &lower : bounds.lower) {
    // ceil(e / a) = floor((e + a - 1) / a), where lower is a x - e.
    Row dividend(points.getNumCols(), 0);
    for (unsigned i = 0; i + 1 < lower.size(); ++i)
      dividend[i] = i == column ? 0 : -lower[i];
    dividend.back() = -lower.back() + lower[column] - 1;
    unsigned quotient = points.addLocalFloorDiv(dividend, lower[column]);
    for (const Row &upper : bounds.upper) {
      Row row(points.getNumCols(), 0);
      for (unsigned i = 0; i + 1 < upper.size(); ++i)
        row[i] = i == column ? 0 : upper[i];
      row[quotient] = upper[column];
      row.back() = upper.back();
      points.addInequality(row);
    }
  }
  auto remove = [&](unsigned count, bool isEquality) {
    for (unsigned i = count; i-- > 0;)
      if (isEquality && points.atEq(i, column) != 0)
        points.removeEquality(i);
      else if (!isEquality && points.atIneq(i, column) != 0)
        points.removeInequality(i);
  };
  remove(points.getNumEqualities(), true);
  remove(points.getNumInequalities(), false);
  points.removeVar(column);
}

} // namespace loup
