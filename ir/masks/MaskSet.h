// A mask as a set of allowed (query, key) pairs, exact for all lengths at once.
#pragma once

#include "ir/masks/MaskCondition.h"
#include "ir/masks/ResidueClasses.h"

#include "mlir/Analysis/Presburger/PresburgerRelation.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loup {

/// Pairs of certain residue classes for which all of some conditions hold.
struct MaskAlternative {
  ResidueClasses classes;
  std::vector<MaskCondition> conditions;

  /// Both in the reader's terms: `k <= q and (q - k) % 8 == 0`.
  std::string describe() const;
};

/// A union of conjunctions of linear conditions on q, k, the sizes and whether the key is present,
/// one union for each residue class of (q, k). The set says nothing of the matrix's borders: those
/// who need 0 <= q < queries intersect with them.
class MaskSet {
public:
  using Column = MaskCondition::Column;
  static constexpr unsigned dimensions = 2, symbols = MaskCondition::columns - 1 - dimensions;

  /// Classes that have the same points: two dimensions, then the symbols, as in MaskCondition.
  struct Piece {
    ResidueClasses classes;
    mlir::presburger::PresburgerSet points;
  };

  static MaskSet all();
  static MaskSet realKeys(); // those that are no padding: k < length
  static MaskSet where(const MaskCondition &condition);
  static MaskSet where(const ResidueClasses &classes);
  static MaskSet where(const mlir::presburger::PresburgerSet &points);

  MaskSet intersect(const MaskSet &other) const;
  MaskSet unite(const MaskSet &other) const;
  MaskSet complement() const;

  /// Whether query q may see key k, which is present or not. Positions count from 0.
  bool contains(int64_t q, int64_t k, const MaskSizes &sizes, bool isPresent = true) const;

  /// Whether no pair is allowed at any sizes.
  bool isEmpty() const;

  /// Whether some condition weighs this column.
  bool dependsOn(Column column) const;

  /// The pairs allowed where their keys are all present, or all absent; and those allowed in one of
  /// the two cases, or in both.
  MaskSet whereKeysAre(bool present) const;
  MaskSet inSomeCase() const;
  MaskSet inEveryCase() const;

  /// The smallest modulus whose classes tell the pieces apart; 1 if there is no `%` in the set.
  int64_t modulus() const { return parts.front().classes.modulus(); }

  /// Without classes: all pairs of the set, and perhaps more if the modulus is not 1.
  MaskSet withoutClasses() const;

  /// The pairs as far apart as one of the set whose positions are not negative, wherever they lie
  /// and whatever the sizes, and perhaps more.
  MaskSet bands() const;

  /// The pairs of one class, as pairs (q div m, k div m), for a multiple m of the modulus.
  MaskSet inClass(int64_t modulus, int64_t query, int64_t key) const;

  /// Disjoint in their classes, of one modulus; all classes together.
  const std::vector<Piece> &pieces() const { return parts; }

  /// How many alternatives it has.
  size_t size() const;

  /// The set as plain numbers: a pair is allowed if it is in one of these.
  std::vector<MaskAlternative> alternatives() const;

  /// In the reader's terms: `k <= q and k < length`; alternatives are joined by `or`.
  std::string describe() const;

private:
  explicit MaskSet(std::vector<Piece> pieces);
  explicit MaskSet(mlir::presburger::PresburgerSet points);

  template <typename Join> MaskSet combine(const MaskSet &other, Join join) const;
  template <typename Edit> MaskSet rebuild(Edit edit) const;

  std::vector<Piece> parts;
};

} // namespace loup
