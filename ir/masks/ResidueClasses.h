// Which (query, key) pairs by what remains of q and k when divided by one modulus.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace loup {

/// What remains of `value`, from 0 to modulus - 1 for negative values too.
constexpr int64_t residue(int64_t value, int64_t modulus) {
  int64_t rest = value % modulus;
  return rest < 0 ? rest + modulus : rest;
}

/// A set of classes (q mod m, k mod m), m from 1 to 64.
class ResidueClasses {
public:
  static constexpr int64_t largestModulus = 64;

  /// The one class of modulus 1.
  static ResidueClasses all();
  static ResidueClasses none(int64_t modulus);

  /// The classes for which `predicate(q mod m, k mod m)`.
  template <typename Predicate>
  static ResidueClasses where(int64_t modulus, const Predicate &predicate) {
    ResidueClasses classes = none(modulus);
    for (int64_t q = 0; q < modulus; ++q)
      for (int64_t k = 0; k < modulus; ++k)
        if (predicate(q, k))
          classes.rows[q] |= uint64_t(1) << k;
    return classes;
  }

  int64_t modulus() const { return static_cast<int64_t>(rows.size()); }

  /// Bit k of word q: whether the set has the class (q, k).
  const std::vector<uint64_t> &bits() const { return rows; }

  /// Whether the pair's class is in the set.
  bool contains(int64_t q, int64_t k) const {
    return rows[residue(q, modulus())] >> residue(k, modulus()) & 1;
  }

  std::vector<std::pair<int64_t, int64_t>> list() const;

  bool isEmpty() const;
  bool isAll() const;

  /// The same pairs as classes of a multiple of the modulus.
  ResidueClasses lifted(int64_t multiple) const;

  /// Whether the same pairs are classes of this divisor of the modulus; which they are.
  bool repeats(int64_t divisor) const;
  ResidueClasses lowered(int64_t divisor) const;

  /// Of sets of any two moduli.
  ResidueClasses intersect(const ResidueClasses &other) const;

  /// Of sets of one modulus.
  ResidueClasses unite(const ResidueClasses &other) const;

  /// Whether membership depends on q - k, on q or on k alone.
  bool dependsOnDifference() const;
  bool dependsOnQuery() const; // alone
  bool dependsOnKey() const;   // alone

  /// In the reader's terms: `(q - k) % 8 == 0`, `k % 4 in {0, 1}`.
  std::string describe() const;

private:
  explicit ResidueClasses(std::vector<uint64_t> rows) : rows(std::move(rows)) {}

  std::vector<uint64_t> rows;
};

} // namespace loup
