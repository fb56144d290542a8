#include "ir/masks/MaskNumber.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <numeric>

namespace loup {

MaskNumber MaskNumber::constant(int64_t value) { return {0, 0, 1, {value}}; }
MaskNumber MaskNumber::q() { return {1, 0, 1, {0}}; }
MaskNumber MaskNumber::k() { return {0, 1, 1, {0}}; }

MaskNumber MaskNumber::lifted(int64_t multiple) const {
  MaskNumber result{query, key, multiple, {}};
  for (int64_t q = 0; q < multiple; ++q)
    for (int64_t k = 0; k < multiple; ++k)
      result.rest.push_back(rest[q % modulus * modulus + k % modulus]);
  return result;
}

MaskNumber MaskNumber::plus(const MaskNumber &other) const {
  int64_t common = std::lcm(modulus, other.modulus);
  MaskNumber sum = lifted(common), addend = other.lifted(common);
  sum.query += addend.query;
  sum.key += addend.key;
  for (size_t i = 0; i < sum.rest.size(); ++i)
    sum.rest[i] += addend.rest[i];
  return sum;
}

MaskNumber MaskNumber::times(int64_t factor) const {
  MaskNumber product = *this;
  product.query *= factor;
  product.key *= factor;
  for (int64_t &value : product.rest)
    value *= factor;
  return product;
}

int64_t MaskNumber::modulusOfRemainder(int64_t divisor) const {
  return query == 0 && key == 0 ? modulus : std::lcm(modulus, divisor);
}

MaskNumber MaskNumber::remainder(int64_t divisor) const {
  int64_t common = modulusOfRemainder(divisor);
  MaskNumber result = lifted(common);
  for (int64_t q = 0; q < common; ++q)
    for (int64_t k = 0; k < common; ++k) {
      int64_t &value = result.rest[q * common + k];
      value = residue(query * q + key * k + value, divisor);
    }
  result.query = result.key = 0;
  return result;
}

int64_t MaskNumber::largestFactor() const { return std::max(std::abs(query), std::abs(key)); }

int64_t MaskNumber::largestConstant() const {
  int64_t largest = 0;
  for (int64_t value : rest)
    largest = std::max(largest, std::abs(value));
  return largest;
}

/// In a class the sum moves in steps of m, so that `sum >= -rest` says the same for any of m
/// neighbouring thresholds: this one and those below it.
int64_t MaskNumber::highestThreshold(int64_t q, int64_t k) const {
  int64_t value = rest[q * modulus + k];
  return -value + residue(query * q + key * k + value, modulus);
}

/// As few as serve all classes: each takes the largest that is not above its highest.
std::vector<int64_t> MaskNumber::thresholds() const {
  if (query == 0 && key == 0)
    return {0};
  std::vector<int64_t> ends;
  for (int64_t q = 0; q < modulus; ++q)
    for (int64_t k = 0; k < modulus; ++k)
      ends.push_back(highestThreshold(q, k));
  std::sort(ends.begin(), ends.end());
  std::vector<int64_t> result;
  for (int64_t end : ends)
    if (result.empty() || end - modulus >= result.back())
      result.push_back(end);
  return result;
}

MaskSet MaskNumber::atLeastZero() const {
  if (query == 0 && key == 0)
    return MaskSet::where(ResidueClasses::where(
        modulus, [&](int64_t q, int64_t k) { return rest[q * modulus + k] >= 0; }));
  std::vector<int64_t> shared = thresholds();
  auto thresholdOf = [&](int64_t q, int64_t k) {
    return *std::prev(std::upper_bound(shared.begin(), shared.end(), highestThreshold(q, k)));
  };
  MaskSet result = MaskSet::all().complement();
  for (int64_t threshold : shared) {
    ResidueClasses classes = ResidueClasses::where(
        modulus, [&](int64_t q, int64_t k) { return thresholdOf(q, k) == threshold; });
    result = result.unite(MaskSet::where({.query = query, .key = key, .constant = -threshold})
                              .intersect(MaskSet::where(classes)));
  }
  return result;
}

MaskSet MaskNumber::isZero() const {
  if (modulus == 1)
    return MaskSet::where({.query = query, .key = key, .constant = rest.front(), .equality = true});
  return atLeastZero().intersect(times(-1).atLeastZero());
}

} // namespace loup
