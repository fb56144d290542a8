// A mask as a set of allowed (query, key) pairs, exact for all lengths at once.
#pragma once

#include "mlir/Analysis/Presburger/PresburgerRelation.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loup {

/// The sizes a mask may speak of. Rows are `queries` x `keys`; of the keys, the first `length` are
/// real tokens of this example and the rest are padding.
struct MaskSizes {
  int64_t queries = 0;
  int64_t keys = 0;
  int64_t length = 0;
};

/// One linear condition on a pair: the weighted sum of q, k, the sizes and a constant is at least
/// zero, or is zero. Causal (k <= q) is `{.query = 1, .key = -1}`.
struct MaskCondition {
  int64_t query = 0;
  int64_t key = 0;
  int64_t queries = 0;
  int64_t keys = 0;
  int64_t length = 0;
  int64_t constant = 0;
  bool equality = false;

  bool holds(int64_t q, int64_t k, const MaskSizes &sizes) const;

  /// In the reader's terms: `k <= q`, `q <= k + 63`, `k < length`.
  std::string describe() const;
};

/// A union of alternatives, each a conjunction of linear conditions on q, k and the sizes. The set
/// says nothing of the matrix's borders: those who need 0 <= q < queries intersect with `matrix`.
class MaskSet {
public:
  /// The columns of `points()`: two dimensions, then the symbols.
  enum Column : unsigned { Query, Key, Queries, Keys, Length };
  static constexpr unsigned dimensions = 2, symbols = 3;

  static MaskSet all();
  static MaskSet where(const MaskCondition &condition);

  MaskSet intersect(const MaskSet &other) const;
  MaskSet unite(const MaskSet &other) const;
  MaskSet complement() const;

  /// Whether query q may see key k. Positions count from 0.
  bool contains(int64_t q, int64_t k, const MaskSizes &sizes) const;

  /// Whether no pair is allowed at any sizes.
  bool isEmpty() const;

  /// The set as plain numbers: a pair is allowed if every condition of some alternative holds.
  std::vector<std::vector<MaskCondition>> alternatives() const;

  /// In the reader's terms: `k <= q and k < length`; alternatives are joined by `or`.
  std::string describe() const;

  const mlir::presburger::PresburgerSet &points() const { return set; }

private:
  explicit MaskSet(mlir::presburger::PresburgerSet set);

  mlir::presburger::PresburgerSet set;
};

} // namespace loup
