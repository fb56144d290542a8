#include "ir/masks/MaskCondition.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace loup {
namespace {

/// "a + 2 * b + 3", or "0" of nothing.
std::string sum(const std::vector<std::pair<int64_t, std::string>> &terms, int64_t constant) {
  std::string text;
  auto add = [&](const std::string &term) { text += (text.empty() ? "" : " + ") + term; };
  for (const auto &[factor, name] : terms)
    add(factor == 1 ? name : std::to_string(factor) + " * " + name);
  if (constant != 0 || text.empty())
    add(std::to_string(constant));
  return text;
}

} // namespace

MaskCondition MaskCondition::of(const Row &row, bool equality) {
  return {row[Query],  row[Key],     row[Queries],  row[Keys], row[Length],
          row[Prefix], row[Present], row[Constant], equality};
}

MaskCondition::Row MaskCondition::row() const {
  return {query, key, queries, keys, length, prefix, present, constant};
}

int64_t MaskCondition::value(int64_t q, int64_t k, const MaskSizes &sizes, bool isPresent) const {
  return query * q + key * k + queries * sizes.queries + keys * sizes.keys + length * sizes.length +
         prefix * sizes.prefix + present * isPresent + constant;
}

bool MaskCondition::holds(int64_t q, int64_t k, const MaskSizes &sizes, bool isPresent) const {
  int64_t sum = value(q, k, sizes, isPresent);
  return equality ? sum == 0 : sum >= 0;
}

std::string MaskCondition::describe() const {
  if (*this == MaskCondition{.present = 1, .constant = -1})
    return "present";
  if (*this == MaskCondition{.present = -1})
    return "not present";
  // Terms go to the side on which they are positive: low <= high.
  std::vector<std::pair<int64_t, std::string>> low, high;
  for (auto [factor, name] :
       {std::pair(query, "q"), std::pair(key, "k"), std::pair(queries, "queries"),
        std::pair(keys, "keys"), std::pair(length, "length"), std::pair(prefix, "prefix"),
        std::pair(present, "present")})
    if (factor != 0)
      (factor < 0 ? low : high).emplace_back(factor < 0 ? -factor : factor, name);
  if (equality)
    return sum(low, std::max<int64_t>(0, -constant)) +
           " == " + sum(high, std::max<int64_t>(0, constant));
  if (low.empty())
    return sum(high, 0) + " >= " + std::to_string(-constant);
  if (constant == -1 && !high.empty())
    return sum(low, 0) + " < " + sum(high, 0);
  if (high.empty())
    return sum(low, 0) + " <= " + std::to_string(constant);
  return sum(low, std::max<int64_t>(0, -constant)) +
         " <= " + sum(high, std::max<int64_t>(0, constant));
}

} // namespace loup
