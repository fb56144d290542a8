#include "ir/masks/ClassDependence.h"

#include <algorithm>

namespace loup {

ClassDependence ClassDependence::all(int64_t modulus, unsigned results, unsigned operands) {
  ClassDependence result(modulus, results);
  Residues residues(results + operands, 0);
  Dependence pairs = Dependence::all(results, operands);
  // Counts through all residues, the last first.
  for (bool isDone = false; !isDone;) {
    result.add(residues, pairs);
    isDone = true;
    for (size_t place = residues.size(); isDone && place-- > 0;) {
      residues[place] = (residues[place] + 1) % modulus;
      isDone = residues[place] == 0;
    }
  }
  return result;
}

ClassDependence ClassDependence::identity(int64_t modulus) {
  return mask(modulus, MaskSet::where({.query = 1, .key = -1, .equality = true}), "");
}

ClassDependence ClassDependence::mask(int64_t modulus, const MaskSet &allowed,
                                      std::string_view side) {
  return all(modulus, 1, 1).where(0, 0, allowed, side);
}

ClassDependence ClassDependence::where(unsigned result, unsigned operand, const MaskSet &allowed,
                                       std::string_view side) const {
  std::map<std::pair<int64_t, int64_t>, MaskSet> inClass;
  ClassDependence some(divisor, results);
  for (const auto &[residues, pairs] : parts) {
    std::pair at(residues[result], residues[results + operand]);
    auto known = inClass.find(at);
    if (known == inClass.end())
      known = inClass.emplace(at, allowed.inClass(divisor, at.first, at.second)).first;
    some.add(residues, pairs.where(result, operand, known->second, side));
  }
  return some;
}

/// Calls `use(residues, first, second)` for each two classes that meet in the middle.
template <typename Use>
void ClassDependence::forEachStep(const ClassDependence &next, Use use) const {
  for (const auto &[through, first] : parts) {
    Residues middle(through.begin() + results, through.end());
    // Of `next`, the classes whose result is this one's operand lie together.
    for (auto part = next.parts.lower_bound(middle); part != next.parts.end(); ++part) {
      if (!std::equal(middle.begin(), middle.end(), part->first.begin()))
        break;
      Residues residues(through.begin(), through.begin() + results);
      residues.insert(residues.end(), part->first.begin() + next.results, part->first.end());
      use(residues, first, part->second);
    }
  }
}

ClassDependence ClassDependence::compose(const ClassDependence &next) const {
  ClassDependence result(divisor, results);
  forEachStep(next, [&](const Residues &residues, const Dependence &a, const Dependence &b) {
    result.add(residues, a.compose(b));
  });
  return result;
}

size_t ClassDependence::stepsToCompose(const ClassDependence &next) const {
  size_t steps = 0;
  forEachStep(next, [&](const Residues &, const Dependence &, const Dependence &) { ++steps; });
  return steps;
}

ClassDependence ClassDependence::unite(const ClassDependence &other) const {
  ClassDependence result = *this;
  for (const auto &[residues, pairs] : other.parts)
    result.add(residues, pairs);
  return result;
}

void ClassDependence::add(const Residues &residues, const Dependence &pairs) {
  if (pairs.isNone())
    return;
  auto [part, isFirst] = parts.try_emplace(residues, pairs);
  if (!isFirst)
    part->second = part->second.unite(pairs);
}

} // namespace loup
