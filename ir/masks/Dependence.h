// Which positions of one value another value's positions depend on.
#pragma once

#include "ir/masks/MaskSet.h"

#include "mlir/Analysis/Presburger/PresburgerRelation.h"

#include <string>
#include <string_view>
#include <vector>

namespace loup {

/// A set of pairs (position q of a result, position k of an operand), both counted from 0 without
/// end. It may speak of the real lengths of sequences, one for each axis it names. A value without
/// positions, such as a pooled one, depends on the same k for every q.
class Dependence {
public:
  static Dependence none();
  static Dependence identity(); // k = q
  static Dependence all();      // every k: pooling
  /// The pairs a mask allows, or any relation written as one: `k == q - 1`, `k <= q` of a
  /// recurrence. The mask's length is that of `axis`, along which the operand's positions lie.
  static Dependence mask(const MaskSet &allowed, std::string_view axis);

  /// From results of this to operands of `next`, whose results are the operands of this: of
  /// A -> B and B -> C, A -> C.
  Dependence compose(const Dependence &next) const;
  Dependence unite(const Dependence &other) const;
  Dependence intersect(const Dependence &other) const;

  /// The pairs whose result, or operand, is a real position of `axis`, no padding.
  Dependence ofRealResults(std::string_view axis) const;
  Dependence onRealOperands(std::string_view axis) const;

  /// `lengths` are those of `axes()`, in order.
  bool contains(int64_t q, int64_t k, const std::vector<int64_t> &lengths) const;
  bool isEmpty() const;

  /// False if pairs may be in excess (never missing): where the union or its numbers grew so large
  /// that it was replaced by the band low <= k - q <= high around it, or where positions multiplied
  /// by constants left only a fraction in the middle, as in `4 * k >= 3 * q` composed with itself.
  bool isExact() const { return exact; }

  /// The axes whose lengths the pairs depend on, sorted.
  const std::vector<std::string> &axes() const { return names; }

  /// Domain q, range k, the lengths of `axes()` as symbols.
  const mlir::presburger::PresburgerRelation &pairs() const { return relation; }

private:
  Dependence(mlir::presburger::PresburgerRelation relation, std::vector<std::string> names,
             bool exact);

  Dependence inSpaceOf(const std::vector<std::string> &axes) const;
  void dropUnusedAxes();
  void widen();

  mlir::presburger::PresburgerRelation relation;
  std::vector<std::string> names;
  bool exact;
};

} // namespace loup
