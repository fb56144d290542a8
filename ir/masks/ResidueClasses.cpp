#include "ir/masks/ResidueClasses.h"

#include <algorithm>
#include <numeric>

namespace loup {
namespace {

/// "q % 8 == 3", "q % 8 in {0, 3}".
std::string describeOne(const std::string &value, int64_t modulus, uint64_t residues) {
  std::vector<int64_t> members;
  for (int64_t r = 0; r < modulus; ++r)
    if (residues >> r & 1)
      members.push_back(r);
  std::string text = value + " % " + std::to_string(modulus);
  if (members.size() == 1)
    return text + " == " + std::to_string(members[0]);
  text += " in {";
  for (int64_t r : members)
    text += (r == members[0] ? "" : ", ") + std::to_string(r);
  return text + "}";
}

} // namespace

ResidueClasses ResidueClasses::all() { return ResidueClasses(std::vector<uint64_t>{1}); }

ResidueClasses ResidueClasses::none(int64_t modulus) {
  return ResidueClasses(std::vector<uint64_t>(modulus));
}

std::vector<std::pair<int64_t, int64_t>> ResidueClasses::list() const {
  std::vector<std::pair<int64_t, int64_t>> result;
  for (int64_t q = 0; q < modulus(); ++q)
    for (int64_t k = 0; k < modulus(); ++k)
      if (contains(q, k))
        result.emplace_back(q, k);
  return result;
}

bool ResidueClasses::isEmpty() const {
  return std::all_of(rows.begin(), rows.end(), [](uint64_t row) { return row == 0; });
}

bool ResidueClasses::isAll() const {
  uint64_t full = ~uint64_t(0) >> (64 - modulus());
  return std::all_of(rows.begin(), rows.end(), [&](uint64_t row) { return row == full; });
}

ResidueClasses ResidueClasses::lifted(int64_t multiple) const {
  return where(multiple, [&](int64_t q, int64_t k) { return contains(q, k); });
}

bool ResidueClasses::repeats(int64_t divisor) const {
  return lowered(divisor).lifted(modulus()).rows == rows;
}

ResidueClasses ResidueClasses::lowered(int64_t divisor) const {
  return where(divisor, [&](int64_t q, int64_t k) { return contains(q, k); });
}

ResidueClasses ResidueClasses::intersect(const ResidueClasses &other) const {
  if (modulus() != other.modulus()) {
    int64_t common = std::lcm(modulus(), other.modulus());
    return lifted(common).intersect(other.lifted(common));
  }
  ResidueClasses both = *this;
  for (size_t q = 0; q < rows.size(); ++q)
    both.rows[q] &= other.rows[q];
  return both;
}

ResidueClasses ResidueClasses::unite(const ResidueClasses &other) const {
  ResidueClasses either = *this;
  for (size_t q = 0; q < rows.size(); ++q)
    either.rows[q] |= other.rows[q];
  return either;
}

bool ResidueClasses::dependsOnDifference() const {
  return rows == where(modulus(), [&](int64_t q, int64_t k) { return contains(q - k, 0); }).rows;
}

bool ResidueClasses::dependsOnQuery() const {
  return rows == where(modulus(), [&](int64_t q, int64_t) { return contains(q, 0); }).rows;
}

bool ResidueClasses::dependsOnKey() const {
  return rows == where(modulus(), [&](int64_t, int64_t k) { return contains(0, k); }).rows;
}

std::string ResidueClasses::describe() const {
  if (dependsOnKey())
    return describeOne("k", modulus(), rows[0]);
  uint64_t column = 0;
  for (int64_t q = 0; q < modulus(); ++q)
    column |= uint64_t(contains(q, 0)) << q;
  if (dependsOnQuery())
    return describeOne("q", modulus(), column);
  if (dependsOnDifference())
    return describeOne("(q - k)", modulus(), column);
  // Queries that see the same keys are named together.
  std::string text;
  std::vector<uint64_t> told = {0};
  for (int64_t q = 0; q < modulus(); ++q) {
    if (std::find(told.begin(), told.end(), rows[q]) != told.end())
      continue;
    told.push_back(rows[q]);
    uint64_t alike = 0;
    for (int64_t other = q; other < modulus(); ++other)
      alike |= uint64_t(rows[other] == rows[q]) << other;
    text += (text.empty() ? "" : " or ") + describeOne("q", modulus(), alike) + " and " +
            describeOne("k", modulus(), rows[q]);
  }
  return "(" + text + ")";
}

} // namespace loup
