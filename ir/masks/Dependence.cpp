#include "ir/masks/Dependence.h"

#include "ir/masks/Projection.h"
#include "runtime/Errors.h"

#include "mlir/Analysis/Presburger/Simplex.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace loup {

using mlir::presburger::DynamicAPInt;
using mlir::presburger::IntegerRelation;
using mlir::presburger::PresburgerRelation;
using mlir::presburger::PresburgerSpace;
using mlir::presburger::Simplex;
using mlir::presburger::VarKind;

namespace {

// Unions in models have one or two parts. Beyond these numbers they are widened, which keeps every
// composition short.
constexpr unsigned mostParts = 16;
constexpr unsigned mostPairsOfParts = 64;
constexpr unsigned mostConditions = 12;
constexpr int64_t largestNumber = int64_t(1) << 32;

PresburgerSpace space(unsigned axes) {
  return PresburgerSpace::getRelationSpace(/*numDomain=*/1, /*numRange=*/1, axes);
}

/// The pairs 0 <= q, 0 <= k with low <= k - q <= high; an empty bound does not bind.
PresburgerRelation band(std::optional<int64_t> low, std::optional<int64_t> high,
                        unsigned axes = 0) {
  IntegerRelation pairs(space(axes));
  pairs.addBound(mlir::presburger::BoundType::LB, 0, 0);
  pairs.addBound(mlir::presburger::BoundType::LB, 1, 0);
  std::vector<int64_t> row(2 + axes + 1);
  if (low) {
    row[0] = -1, row[1] = 1, row.back() = -*low;
    pairs.addInequality(row);
  }
  if (high) {
    row[0] = 1, row[1] = -1, row.back() = *high;
    pairs.addInequality(row);
  }
  return PresburgerRelation(pairs);
}

/// The pairs whose q, or k, is less than the one length there is.
PresburgerRelation below(VarKind side) {
  IntegerRelation pairs(space(1));
  pairs.addInequality(side == VarKind::Domain ? llvm::ArrayRef<int64_t>{-1, 0, 1, -1}
                                              : llvm::ArrayRef<int64_t>{0, -1, 1, -1});
  return PresburgerRelation(pairs);
}

/// Applies `edit` to every part; `edit` must leave it in `result`'s space.
template <typename Edit>
PresburgerRelation rebuild(const PresburgerRelation &relation, const PresburgerSpace &result,
                           Edit edit) {
  PresburgerRelation rebuilt = PresburgerRelation::getEmpty(result);
  for (IntegerRelation part : relation.getAllDisjuncts()) {
    edit(part);
    rebuilt.unionInPlace(part);
  }
  return rebuilt;
}

bool isLarge(const DynamicAPInt &number) {
  return number > largestNumber || number < -largestNumber;
}

bool isTooIntricate(const PresburgerRelation &relation) {
  return relation.getNumDisjuncts() > mostParts ||
         llvm::any_of(relation.getAllDisjuncts(), [](const IntegerRelation &part) {
           if (part.getNumConstraints() > mostConditions)
             return true;
           for (unsigned i = 0; i < part.getNumInequalities(); ++i)
             if (llvm::any_of(part.getInequality(i), isLarge))
               return true;
           for (unsigned i = 0; i < part.getNumEqualities(); ++i)
             if (llvm::any_of(part.getEquality(i), isLarge))
               return true;
           return false;
         });
}

/// The largest key * k + query * q of any pair, if there is one of use.
std::optional<int64_t> most(const PresburgerRelation &relation, int64_t query, int64_t key) {
  int64_t most = -largestNumber;
  for (const IntegerRelation &part : relation.getAllDisjuncts()) {
    llvm::SmallVector<DynamicAPInt> sum(part.getNumCols(), DynamicAPInt(0));
    sum[0] = query;
    sum[1] = key;
    auto optimum = Simplex(part).computeOptimum(Simplex::Direction::Up, sum);
    if (!optimum.isBounded() || isLarge(floor(*optimum)))
      return std::nullopt;
    most = std::max(most, int64_t(floor(*optimum)));
  }
  return most;
}

bool isUnused(const PresburgerRelation &relation, unsigned column) {
  return llvm::none_of(relation.getAllDisjuncts(), [&](const IntegerRelation &part) {
    return part.findConstraintWithNonZeroAt(column, /*isEq=*/true) ||
           part.findConstraintWithNonZeroAt(column, /*isEq=*/false);
  });
}

std::vector<std::string> axesOfBoth(const std::vector<std::string> &a,
                                    const std::vector<std::string> &b) {
  std::vector<std::string> both;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

} // namespace

Dependence::Dependence(PresburgerRelation pairs, std::vector<std::string> axes, bool exact)
    : relation(std::move(pairs)), names(std::move(axes)), exact(exact) {
  // Composition leaves the position in the middle as an unknown.
  relation = rebuild(relation, relation.getSpace(), [&](IntegerRelation &part) {
               while (part.getNumLocalVars() > 0) {
                 unsigned unknown = part.getVarKindOffset(VarKind::Local);
                 this->exact &= isExactlyEliminable(part, unknown);
                 part.projectOut(unknown);
               }
             }).coalesce();
  if (isTooIntricate(relation))
    widen();
  dropUnusedAxes();
}

Dependence Dependence::none() {
  return Dependence(PresburgerRelation::getEmpty(space(0)), {}, true);
}

Dependence Dependence::identity() { return Dependence(band(0, 0), {}, true); }

Dependence Dependence::all() { return Dependence(band({}, {}), {}, true); }

Dependence Dependence::mask(const MaskSet &allowed, std::string_view axis) {
  if (!isUnused(allowed.points(), MaskSet::Queries) || !isUnused(allowed.points(), MaskSet::Keys))
    throw InternalError("a mask's words speak of positions and the length, not of padded sizes");
  PresburgerRelation pairs = rebuild(allowed.points(), space(1), [](IntegerRelation &part) {
    part.removeVar(VarKind::Symbol, MaskSet::Keys - MaskSet::dimensions);
    part.removeVar(VarKind::Symbol, MaskSet::Queries - MaskSet::dimensions);
    part.convertVarKind(VarKind::SetDim, 0, 1, VarKind::Domain);
  });
  return Dependence(pairs.intersect(band({}, {}, 1)), {std::string(axis)}, true);
}

Dependence Dependence::compose(const Dependence &next) const {
  std::vector<std::string> axes = axesOfBoth(names, next.names);
  Dependence first = inSpaceOf(axes), second = next.inSpaceOf(axes);
  if (first.relation.getNumDisjuncts() * second.relation.getNumDisjuncts() > mostPairsOfParts) {
    first.widen();
    second.widen();
  }
  first.relation.compose(second.relation);
  return Dependence(std::move(first.relation), std::move(axes), first.exact && second.exact);
}

Dependence Dependence::unite(const Dependence &other) const {
  std::vector<std::string> axes = axesOfBoth(names, other.names);
  return Dependence(inSpaceOf(axes).relation.unionSet(other.inSpaceOf(axes).relation), axes,
                    exact && other.exact);
}

Dependence Dependence::intersect(const Dependence &other) const {
  std::vector<std::string> axes = axesOfBoth(names, other.names);
  return Dependence(inSpaceOf(axes).relation.intersect(other.inSpaceOf(axes).relation), axes,
                    exact && other.exact);
}

Dependence Dependence::ofRealResults(std::string_view axis) const {
  return intersect(Dependence(below(VarKind::Domain), {std::string(axis)}, true));
}

Dependence Dependence::onRealOperands(std::string_view axis) const {
  return intersect(Dependence(below(VarKind::Range), {std::string(axis)}, true));
}

bool Dependence::contains(int64_t q, int64_t k, const std::vector<int64_t> &lengths) const {
  std::vector<int64_t> point = {q, k};
  point.insert(point.end(), lengths.begin(), lengths.end());
  return relation.containsPoint(point);
}

bool Dependence::isEmpty() const { return relation.isIntegerEmpty(); }

/// The same pairs, over all of `axes`, of which `names` is a part.
Dependence Dependence::inSpaceOf(const std::vector<std::string> &axes) const {
  Dependence result = *this;
  result.names = axes;
  for (unsigned i = 0; i < axes.size(); ++i)
    if (!std::binary_search(names.begin(), names.end(), axes[i]))
      result.relation.insertVarInPlace(VarKind::Symbol, i);
  return result;
}

void Dependence::dropUnusedAxes() {
  for (unsigned i = names.size(); i-- > 0;) {
    if (!isUnused(relation, relation.getNumDomainVars() + relation.getNumRangeVars() + i))
      continue;
    names.erase(names.begin() + i);
    relation = rebuild(relation, space(names.size()),
                       [&](IntegerRelation &part) { part.removeVar(VarKind::Symbol, i); });
  }
}

void Dependence::widen() {
  std::optional<int64_t> low = most(relation, 1, -1), high = most(relation, -1, 1);
  if (low)
    low = -*low;
  relation = band(low, high, names.size());
  exact = false;
}

} // namespace loup
