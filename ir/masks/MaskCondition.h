// One linear condition on a (query, key) pair and the sizes around it.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace loup {

/// The sizes a mask may speak of. Rows are `queries` x `keys`; of the keys, the first `length` are
/// real tokens of this example and the rest are padding. The first `prefix` of the real ones are
/// given and never scored; the last one, which ends the sequence, is not among them.
struct MaskSizes {
  int64_t queries = 0;
  int64_t keys = 0;
  int64_t length = 0;
  int64_t prefix = 0;
};

/// The weighted sum of q, k, the sizes and a constant is at least zero, or is zero.
/// Causal (k <= q) is `{.query = 1, .key = -1}`. `present` weighs 1 where the data say that the key
/// is there, 0 where they say that it is not.
struct MaskCondition {
  int64_t query = 0;
  int64_t key = 0;
  int64_t queries = 0;
  int64_t keys = 0;
  int64_t length = 0;
  int64_t prefix = 0;
  int64_t present = 0;
  int64_t constant = 0;
  bool equality = false;

  /// The weights in this order, which is also that of the columns of a mask's sets.
  enum Column : unsigned { Query, Key, Queries, Keys, Length, Prefix, Present, Constant, columns };
  using Row = std::array<int64_t, columns>;

  static MaskCondition of(const Row &row, bool equality);
  Row row() const;

  /// The weighted sum.
  int64_t value(int64_t q, int64_t k, const MaskSizes &sizes, bool isPresent = true) const;

  bool holds(int64_t q, int64_t k, const MaskSizes &sizes, bool isPresent = true) const;

  /// In the reader's terms: `k <= q`, `q <= k + 63`, `k < length`, `present`.
  std::string describe() const;

  bool operator==(const MaskCondition &) const = default;
};

} // namespace loup
