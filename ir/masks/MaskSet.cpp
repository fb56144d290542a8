#include "ir/masks/MaskSet.h"

#include "runtime/Errors.h"

#include <algorithm>
#include <array>
#include <utility>

namespace loup {

using mlir::presburger::IntegerPolyhedron;
using mlir::presburger::IntegerRelation;
using mlir::presburger::PresburgerSet;
using mlir::presburger::PresburgerSpace;

namespace {

constexpr unsigned columns = MaskSet::dimensions + MaskSet::symbols;

PresburgerSpace space() {
  return PresburgerSpace::getSetSpace(MaskSet::dimensions, MaskSet::symbols);
}

std::array<int64_t, columns + 1> row(const MaskCondition &c) {
  return {c.query, c.key, c.queries, c.keys, c.length, c.constant};
}

MaskCondition condition(llvm::ArrayRef<int64_t> row, bool equality) {
  return {row[MaskSet::Query],
          row[MaskSet::Key],
          row[MaskSet::Queries],
          row[MaskSet::Keys],
          row[MaskSet::Length],
          row[columns],
          equality};
}

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

bool MaskCondition::holds(int64_t q, int64_t k, const MaskSizes &sizes) const {
  int64_t value = query * q + key * k + queries * sizes.queries + keys * sizes.keys +
                  length * sizes.length + constant;
  return equality ? value == 0 : value >= 0;
}

std::string MaskCondition::describe() const {
  // Terms go to the side on which they are positive: low <= high.
  std::vector<std::pair<int64_t, std::string>> low, high;
  for (auto [factor, name] :
       {std::pair(query, "q"), std::pair(key, "k"), std::pair(queries, "queries"),
        std::pair(keys, "keys"), std::pair(length, "length")})
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

// Coalescing drops alternatives inside others and joins those whose union is convex, so that sets
// stay as small as what they say.
MaskSet::MaskSet(PresburgerSet set) : set(set.coalesce()) {}

MaskSet MaskSet::all() { return MaskSet(PresburgerSet::getUniverse(space())); }

MaskSet MaskSet::where(const MaskCondition &condition) {
  IntegerPolyhedron points(space());
  if (condition.equality)
    points.addEquality(row(condition));
  else
    points.addInequality(row(condition));
  return MaskSet(PresburgerSet(points));
}

MaskSet MaskSet::intersect(const MaskSet &other) const { return MaskSet(set.intersect(other.set)); }

MaskSet MaskSet::unite(const MaskSet &other) const { return MaskSet(set.unionSet(other.set)); }

MaskSet MaskSet::complement() const { return MaskSet(set.complement()); }

bool MaskSet::contains(int64_t q, int64_t k, const MaskSizes &sizes) const {
  return set.containsPoint({q, k, sizes.queries, sizes.keys, sizes.length});
}

bool MaskSet::isEmpty() const { return set.isIntegerEmpty(); }

std::vector<std::vector<MaskCondition>> MaskSet::alternatives() const {
  std::vector<std::vector<MaskCondition>> result;
  for (const IntegerRelation &disjunct : set.getAllDisjuncts()) {
    if (disjunct.getNumLocalVars() != 0)
      throw InternalError("a mask's set has no variables besides q, k and the sizes");
    std::vector<MaskCondition> &conditions = result.emplace_back();
    for (unsigned i = 0; i < disjunct.getNumEqualities(); ++i)
      conditions.push_back(condition(disjunct.getEquality64(i), /*equality=*/true));
    for (unsigned i = 0; i < disjunct.getNumInequalities(); ++i)
      conditions.push_back(condition(disjunct.getInequality64(i), /*equality=*/false));
  }
  return result;
}

std::string MaskSet::describe() const {
  std::vector<std::vector<MaskCondition>> parts = alternatives();
  if (parts.empty())
    return "no pair";
  std::string text;
  for (const std::vector<MaskCondition> &conditions : parts) {
    if (conditions.empty())
      return "every pair";
    std::string part;
    for (const MaskCondition &c : conditions)
      part += (part.empty() ? "" : " and ") + c.describe();
    bool brackets = parts.size() > 1 && conditions.size() > 1;
    text += (text.empty() ? "" : " or ") + (brackets ? "(" + part + ")" : part);
  }
  return text;
}

} // namespace loup
