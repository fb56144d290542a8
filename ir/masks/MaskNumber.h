// A number in a mask's text: `2 * q - k + 3`, `(q - k) % 4 + 1`.
#pragma once

#include "ir/masks/MaskSet.h"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace loup {

/// query * q + key * k + rest, where the rest is a constant in each residue class of (q, k): there,
/// every `%` has one value.
class MaskNumber {
public:
  static MaskNumber constant(int64_t value);
  static MaskNumber q();
  static MaskNumber k();

  MaskNumber plus(const MaskNumber &other) const;
  MaskNumber times(int64_t factor) const;

  /// What remains of it, from 0 to divisor - 1. The modulus of that, which is this one's own where
  /// no position weighs anything, must be at most ResidueClasses::largestModulus.
  MaskNumber remainder(int64_t divisor) const;
  int64_t modulusOfRemainder(int64_t divisor) const;

  bool isConstant() const { return query == 0 && key == 0 && modulus == 1; }
  int64_t value() const { return rest.front(); } // of a constant

  /// The largest factor of a position, and the largest constant, as absolute values.
  int64_t largestFactor() const;
  int64_t largestConstant() const;

  /// How many conditions it takes to compare it with 0, counted without making them.
  size_t pieces() const { return thresholds().size(); }

  /// The pairs for which it is at least 0, or 0.
  MaskSet atLeastZero() const;
  MaskSet isZero() const;

private:
  MaskNumber(int64_t query, int64_t key, int64_t modulus, std::vector<int64_t> rest)
      : query(query), key(key), modulus(modulus), rest(std::move(rest)) {}

  MaskNumber lifted(int64_t multiple) const;
  int64_t highestThreshold(int64_t q, int64_t k) const;
  std::vector<int64_t> thresholds() const;

  int64_t query, key, modulus;
  std::vector<int64_t> rest; // of class (q mod m, k mod m) at q * m + k
};

} // namespace loup
