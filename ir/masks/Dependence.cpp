#include "ir/masks/Dependence.h"

#include "ir/masks/Projection.h"
#include "runtime/Errors.h"

#include "mlir/Analysis/Presburger/Simplex.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

namespace loup {

using mlir::presburger::BoundType;
using mlir::presburger::DynamicAPInt;
using mlir::presburger::IntegerRelation;
using mlir::presburger::PresburgerRelation;
using mlir::presburger::PresburgerSpace;
using mlir::presburger::Simplex;
using mlir::presburger::VarKind;

namespace {

// Unions in models have one or two parts of five conditions. Beyond these numbers they are widened,
// which keeps every composition short.
constexpr unsigned mostParts = 12;
constexpr unsigned mostPairsOfParts = 32;
constexpr unsigned mostConditions = 12;
constexpr int64_t largestNumber = int64_t(1) << 32;

/// All pairs of places, whose positions are at least 0.
IntegerRelation allPairs(unsigned results, unsigned operands, unsigned symbols) {
  IntegerRelation pairs(PresburgerSpace::getRelationSpace(results, operands, symbols));
  for (unsigned position = 0; position < results + operands; ++position)
    pairs.addBound(BoundType::LB, position, 0);
  return pairs;
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

bool isUnused(const PresburgerRelation &relation, unsigned column) {
  return llvm::none_of(relation.getAllDisjuncts(), [&](const IntegerRelation &part) {
    return part.findConstraintWithNonZeroAt(column, /*isEq=*/true) ||
           part.findConstraintWithNonZeroAt(column, /*isEq=*/false);
  });
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

/// The largest difference of two positions, `of` minus `from`, in any pair, if there is one of use.
std::optional<int64_t> mostDifference(const IntegerRelation &pairs, unsigned of, unsigned from) {
  llvm::SmallVector<DynamicAPInt> difference(pairs.getNumCols(), DynamicAPInt(0));
  difference[of] = 1;
  difference[from] = -1;
  auto optimum = Simplex(pairs).computeOptimum(Simplex::Direction::Up, difference);
  if (!optimum.isBounded() || isLarge(floor(*optimum)))
    return std::nullopt;
  return int64_t(floor(*optimum));
}

/// The largest differences of a result's and an operand's positions, in both directions.
using Bands = std::vector<std::optional<int64_t>>;

template <class Use> void forDifferences(unsigned results, unsigned operands, Use use) {
  for (unsigned q = 0; q < results; ++q)
    for (unsigned k = results; k < results + operands; ++k) {
      use(q, k);
      use(k, q);
    }
}

/// The bands around both.
Bands join(const Bands &a, const Bands &b) {
  Bands joined;
  for (size_t i = 0; i < a.size(); ++i)
    joined.push_back(a[i] && b[i] ? std::optional(std::max(*a[i], *b[i])) : std::nullopt);
  return joined;
}

std::vector<std::string> symbolsOfBoth(const std::vector<std::string> &a,
                                       const std::vector<std::string> &b) {
  std::vector<std::string> both;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

} // namespace

Dependence::Dependence(PresburgerRelation pairs, std::vector<std::string> symbols, bool exact)
    : relation(std::move(pairs)), names(std::move(symbols)), exact(exact) {
  // Composition leaves the positions in the middle as unknowns.
  relation = rebuild(relation, relation.getSpace(), [&](IntegerRelation &part) {
               while (part.getNumLocalVars() > 0) {
                 unsigned unknown = part.getVarKindOffset(VarKind::Local);
                 this->exact &= isExactlyEliminable(part, unknown);
                 part.projectOut(unknown);
               }
             }).coalesce();
  if (isTooIntricate(relation))
    widen();
  dropUnusedSymbols();
}

Dependence Dependence::none(unsigned results, unsigned operands) {
  return Dependence(
      PresburgerRelation::getEmpty(PresburgerSpace::getRelationSpace(results, operands)), {}, true);
}

Dependence Dependence::all(unsigned results, unsigned operands) {
  return Dependence(PresburgerRelation(allPairs(results, operands, 0)), {}, true);
}

Dependence Dependence::mask(const MaskSet &allowed, std::string_view side) {
  return all(1, 1).where(0, 0, allowed, side);
}

Dependence Dependence::identity() {
  return mask(MaskSet::where({.query = 1, .key = -1, .equality = true}), "");
}

Dependence Dependence::where(unsigned result, unsigned operand, const MaskSet &allowed,
                             std::string_view side) const {
  std::string length(side), prefix = prefixOf(side);
  std::vector<std::string> symbols = symbolsOfBoth(names, {length, prefix});
  Dependence all = inSpaceOf(symbols);
  const PresburgerSpace &space = all.relation.getSpace();
  auto column = [&](const std::string &symbol) {
    return space.getVarKindOffset(VarKind::Symbol) +
           (std::find(symbols.begin(), symbols.end(), symbol) - symbols.begin());
  };

  MaskSet linear = allowed.inSomeCase().withoutClasses();
  PresburgerRelation pairs = PresburgerRelation::getEmpty(space);
  for (const MaskAlternative &alternative : linear.alternatives()) {
    IntegerRelation part(space);
    for (const MaskCondition &condition : alternative.conditions) {
      if (condition.queries != 0 || condition.keys != 0)
        throw InternalError("a mask speaks of positions and the length, not of padded sizes");
      std::vector<int64_t> row(space.getNumVars() + 1);
      row[result] = condition.query;
      row[space.getNumDomainVars() + operand] = condition.key;
      row[column(length)] = condition.length;
      row[column(prefix)] = condition.prefix;
      row.back() = condition.constant;
      condition.equality ? part.addEquality(row) : part.addInequality(row);
    }
    pairs.unionInPlace(part);
  }
  return Dependence(all.relation.intersect(pairs), std::move(symbols),
                    exact && allowed.modulus() == 1);
}

Dependence Dependence::compose(const Dependence &next) const {
  std::vector<std::string> symbols = symbolsOfBoth(names, next.names);
  Dependence first = inSpaceOf(symbols), second = next.inSpaceOf(symbols);
  if (first.relation.getNumDisjuncts() * second.relation.getNumDisjuncts() > mostPairsOfParts) {
    first.widen();
    second.widen();
  }
  first.relation.compose(second.relation);
  return Dependence(std::move(first.relation), std::move(symbols), first.exact && second.exact);
}

Dependence Dependence::unite(const Dependence &other) const {
  std::vector<std::string> symbols = symbolsOfBoth(names, other.names);
  return Dependence(inSpaceOf(symbols).relation.unionSet(other.inSpaceOf(symbols).relation),
                    symbols, exact && other.exact);
}

bool Dependence::contains(const std::vector<int64_t> &point) const {
  return relation.containsPoint(point);
}

/// The same pairs, over all of `symbols`, of which `names` is a part.
Dependence Dependence::inSpaceOf(const std::vector<std::string> &symbols) const {
  Dependence result = *this;
  result.names = symbols;
  for (unsigned i = 0; i < symbols.size(); ++i)
    if (!std::binary_search(names.begin(), names.end(), symbols[i]))
      result.relation.insertVarInPlace(VarKind::Symbol, i);
  return result;
}

void Dependence::dropUnusedSymbols() {
  for (unsigned i = names.size(); i-- > 0;) {
    PresburgerSpace space = relation.getSpace();
    if (!isUnused(relation, space.getVarKindOffset(VarKind::Symbol) + i))
      continue;
    space.removeVarRange(VarKind::Symbol, i, i + 1);
    relation = rebuild(relation, space,
                       [&](IntegerRelation &part) { part.removeVar(VarKind::Symbol, i); });
    names.erase(names.begin() + i);
  }
}

/// Parts that bound the same differences, and agree in which of two positions comes strictly first,
/// become one. Scores depend on tokens by way of the query, where k may be any, and by way of the
/// key, where q may be: bands around both would bound nothing.
void Dependence::widen() {
  unsigned results = relation.getNumDomainVars(), operands = relation.getNumRangeVars();
  enum Order { Any, Bounded, Before };
  std::map<std::vector<Order>, Bands> groups;
  for (const IntegerRelation &part : relation.getAllDisjuncts()) {
    if (part.isEmpty())
      continue;
    Bands bands;
    std::vector<Order> orders;
    forDifferences(results, operands, [&](unsigned of, unsigned from) {
      auto most = mostDifference(part, of, from);
      bands.push_back(most);
      orders.push_back(!most ? Any : *most < 0 ? Before : Bounded);
    });
    auto [group, isFirst] = groups.try_emplace(orders, bands);
    if (!isFirst)
      group->second = join(group->second, bands);
  }
  std::vector<Bands> widened;
  for (const auto &[orders, bands] : groups)
    if (groups.size() <= mostParts || widened.empty())
      widened.push_back(bands);
    else
      widened.front() = join(widened.front(), bands);

  relation = PresburgerRelation::getEmpty(relation.getSpace());
  for (const Bands &bands : widened) {
    IntegerRelation part = allPairs(results, operands, names.size());
    auto most = bands.begin();
    forDifferences(results, operands, [&](unsigned of, unsigned from) {
      if (auto number = *most++) {
        std::vector<int64_t> row(part.getNumCols()); // of - from <= number
        row[of] = -1;
        row[from] = 1;
        row.back() = *number;
        part.addInequality(row);
      }
    });
    relation.unionInPlace(part);
  }
  exact = false;
}

} // namespace loup
