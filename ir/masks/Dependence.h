// Which positions of one value another value's positions depend on.
#pragma once

#include "ir/masks/MaskSet.h"

#include "mlir/Analysis/Presburger/PresburgerRelation.h"

#include <string>
#include <string_view>
#include <vector>

namespace loup {

/// A set of pairs (place in a result, place in an operand). A place is a position along each
/// sequence axis the value has: one for most, two for attention's scores (q, k), none for a pooled
/// value. Positions count from 0 without end. The pairs may depend on numbers of each example: the
/// real length of a side's sequence ("target") and of its prefix ("target prefix").
class Dependence {
public:
  /// The name of the number of a side's given tokens.
  static std::string prefixOf(std::string_view side) { return std::string(side) + " prefix"; }

  /// Between places of so many positions each.
  static Dependence none(unsigned results, unsigned operands);
  static Dependence all(unsigned results, unsigned operands);

  /// Of one position on one: the pairs a mask allows, or any relation written as one, such as
  /// `k == q - 1`. The mask's length and prefix are those of `side`. A key may be present or not;
  /// residue classes are dropped.
  static Dependence mask(const MaskSet &allowed, std::string_view side);
  static Dependence identity();

  /// The pairs in which the result's position number `result`, as q, and the operand's position
  /// number `operand`, as k, are in `allowed`.
  Dependence where(unsigned result, unsigned operand, const MaskSet &allowed,
                   std::string_view side) const;

  /// From results of this to operands of `next`, whose results are the operands of this: of
  /// A -> B and B -> C, A -> C.
  Dependence compose(const Dependence &next) const;
  Dependence unite(const Dependence &other) const;

  /// `point`: the result's positions, the operand's, then `symbols()`.
  bool contains(const std::vector<int64_t> &point) const;

  /// False if pairs may be in excess (never missing): where the union or its numbers grew so large
  /// that parts of it were replaced by the bands low <= k - q <= high around them, or where
  /// positions multiplied by constants left only a fraction in the middle, as in `4 * k >= 3 * q`
  /// composed with itself, or where a mask's residue classes were dropped.
  bool isExact() const { return exact; }

  /// The examples' numbers that the pairs depend on, sorted.
  const std::vector<std::string> &symbols() const { return names; }

  bool isNone() const { return relation.getNumDisjuncts() == 0; }

  /// Domain the result's positions, range the operand's, symbols those of `symbols()`.
  const mlir::presburger::PresburgerRelation &pairs() const { return relation; }

private:
  Dependence(mlir::presburger::PresburgerRelation relation, std::vector<std::string> names,
             bool exact);

  Dependence inSpaceOf(const std::vector<std::string> &symbols) const;
  void dropUnusedSymbols();
  void widen();

  mlir::presburger::PresburgerRelation relation;
  std::vector<std::string> names;
  bool exact;
};

} // namespace loup
