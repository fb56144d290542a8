#include "ir/masks/Matrix.h"
#include "ir/masks/Projection.h"
#include "ir/masks/SmallestPoint.h"

namespace loup {

using mlir::presburger::IntegerRelation;
using mlir::presburger::PresburgerRelation;
using mlir::presburger::PresburgerSet;
using mlir::presburger::PresburgerSpace;

std::string EmptyRow::describe() const {
  std::string row = "query q=" + std::to_string(query);
  std::string sees = exact ? " has no key it may see" : " may have no key it may see";
  std::string sequence = " a sequence of length " + std::to_string(sizes.length);
  if (asksPrefix)
    sequence += " with a prefix of " + std::to_string(sizes.prefix);
  row += side == KeySide::Own ? " of" + sequence + sees : sees + " in" + sequence;
  return row + (whereAbsent ? " where the data have no key present" : "");
}

namespace {

// Real masks need a few of each; beyond them a proof is given up.
constexpr unsigned mostRemainders = 16;
constexpr size_t mostSteps = 4096;

/// The rows in which some pair lies; the set has no classes.
PresburgerSet rowsOf(const MaskSet &pairs) {
  PresburgerSet rows = PresburgerSet::getEmpty(
      PresburgerSpace::getSetSpace(MaskSet::dimensions - 1, MaskSet::symbols));
  for (const MaskSet::Piece &piece : pairs.pieces())
    for (IntegerRelation part : piece.points.getAllDisjuncts()) {
      eliminateExactly(part, MaskCondition::Key);
      rows.unionInPlace(part);
    }
  return rows.coalesce();
}

/// A row as findEmptyRow orders them.
using Row = std::vector<int64_t>; // q, queries, keys, length, prefix

bool seesNothing(const std::vector<MaskAlternative> &alternatives, int64_t q,
                 const MaskSizes &sizes) {
  for (int64_t k = 0; k < sizes.keys; ++k)
    for (const MaskAlternative &alternative : alternatives)
      if (alternative.classes.contains(q, k) &&
          llvm::all_of(alternative.conditions,
                       [&](const MaskCondition &c) { return c.holds(q, k, sizes); }))
        return false;
  return true;
}

/// The first empty row among few queries and keys, found by looking. Most mistakes are.
std::optional<Row> firstSmallRow(const MaskSet &allowed, KeySide side) {
  constexpr int64_t most = 8;
  std::vector<MaskAlternative> alternatives = allowed.alternatives();
  bool hasPrefix = allowed.dependsOn(MaskCondition::Prefix);
  for (int64_t q = 0; q < most; ++q)
    for (int64_t keys = side == KeySide::Own ? q + 1 : 1; keys <= most; ++keys)
      for (int64_t length = side == KeySide::Own ? q + 1 : 1; length <= keys; ++length)
        for (int64_t prefix = 0; prefix <= (hasPrefix ? length - 1 : 0); ++prefix) {
          MaskSizes sizes{side == KeySide::Own ? keys : q + 1, keys, length, prefix};
          if (seesNothing(alternatives, q, sizes))
            return Row{q, sizes.queries, keys, length, prefix};
        }
  return std::nullopt;
}

/// Of the rows q = a modulo m, those without a pair: all of `rows` but those of the pairs in a
/// class. False where these come to too many parts, or take too many steps.
bool removeRows(PresburgerSet &rows, const MaskSet &pairs, int64_t m, int64_t a, size_t &steps) {
  // The diagonal first: as a rule a query may see its own class.
  for (int64_t i = 0; i < m && rows.getNumDisjuncts() > 0; ++i) {
    PresburgerSet some = rowsOf(pairs.inClass(m, a, residue(a - i, m)));
    if (some.getNumDisjuncts() == 0)
      continue;
    for (const IntegerRelation &row : rows.getAllDisjuncts())
      for (const IntegerRelation &less : some.getAllDisjuncts())
        steps += 1 + row.getNumLocalVars() + less.getNumLocalVars();
    rows = rows.subtract(some).coalesce();
    if (rows.isIntegerEmpty())
      rows = PresburgerSet::getEmpty(rows.getSpace());
    if (m > 1 && (rows.getNumDisjuncts() > mostRemainders || steps > mostSteps))
      return false;
  }
  return true;
}

} // namespace

std::optional<EmptyRow> findEmptyRow(const MaskSet &allowed, KeySide side, bool emptyIsZero) {
  if (emptyIsZero)
    return std::nullopt;
  MaskSet within = matrix(side, /*withPadding=*/true), always = allowed.inEveryCase();
  MaskSet pairs = within.intersect(always);
  std::optional<Row> first = firstSmallRow(always, side);
  bool exact = true;
  int64_t m = pairs.modulus();
  size_t steps = 0;
  for (int64_t a = 0; a < m && exact && !(first && a >= first->front()); ++a) {
    MaskSet earlier =
        first ? within.intersect(MaskSet::where({.query = -1, .constant = first->front() - 1}))
              : within;
    PresburgerSet rows = rowsOf(earlier.inClass(m, a, 0));
    exact = removeRows(rows, pairs, m, a, steps);
    if (rows.getNumDisjuncts() == 0)
      continue;
    auto point = smallestPoint(exact ? rows : PresburgerRelation(rows.getDisjunct(0)));
    if (!point)
      continue;
    point->front() = point->front() * m + a;
    point->pop_back(); // whether a key is present
    first = point;
  }
  if (!first)
    return std::nullopt;
  MaskSizes sizes{(*first)[1], (*first)[2], (*first)[3], (*first)[4]};
  MaskSet here = within.intersect(allowed.whereKeysAre(true));
  for (auto [column, value] : {std::pair(MaskCondition::Query, first->front()),
                               {MaskCondition::Queries, sizes.queries},
                               {MaskCondition::Keys, sizes.keys},
                               {MaskCondition::Length, sizes.length},
                               {MaskCondition::Prefix, sizes.prefix}}) {
    MaskCondition::Row condition{};
    condition[column] = 1;
    condition[MaskCondition::Constant] = -value;
    here = here.intersect(MaskSet::where(MaskCondition::of(condition, /*equality=*/true)));
  }
  bool whereAbsent = allowed.dependsOn(MaskCondition::Present) && !here.isEmpty();
  return EmptyRow{first->front(), sizes, side, allowed.dependsOn(MaskCondition::Prefix),
                  whereAbsent,    exact};
}

} // namespace loup
