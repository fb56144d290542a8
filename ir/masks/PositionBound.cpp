#include "ir/masks/PositionBound.h"

#include "mlir/Analysis/Presburger/Simplex.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace loup {

using mlir::presburger::DynamicAPInt;
using mlir::presburger::IntegerRelation;
using mlir::presburger::Simplex;
using mlir::presburger::VarKind;

namespace {

enum Column : unsigned { Query, Key };

/// The largest divisor * k - slope * q of any pair.
std::optional<int64_t> mostAbove(const Dependence &pairs, int64_t slope, int64_t divisor) {
  int64_t most = -divisor; // of no pair: nothing is read
  for (const IntegerRelation &part : pairs.pairs().getAllDisjuncts()) {
    if (part.isIntegerEmpty())
      continue;
    llvm::SmallVector<DynamicAPInt> difference(part.getNumCols(), DynamicAPInt(0));
    difference[Key] = divisor;
    difference[Query] = -slope;
    auto optimum = Simplex(part).computeOptimum(Simplex::Direction::Up, difference);
    if (!optimum.isBounded())
      return std::nullopt;
    most = std::max(most, int64_t(floor(*optimum)));
  }
  return most;
}

/// Calls `use` with the weights of k and q in each condition of `part`.
template <typename Use> void forEachCondition(const IntegerRelation &part, Use use) {
  for (unsigned i = 0; i < part.getNumInequalities(); ++i)
    use(part.atIneq64(i, Key), part.atIneq64(i, Query));
  for (unsigned i = 0; i < part.getNumEqualities(); ++i) {
    use(part.atEq64(i, Key), part.atEq64(i, Query));
    use(-part.atEq64(i, Key), -part.atEq64(i, Query));
  }
}

/// Whether `a` says nothing that `b` does not say.
bool isImplied(const PositionBound &a, const PositionBound &b) {
  return b.slope * a.divisor <= a.slope * b.divisor &&
         b.constant * a.divisor <= a.constant * b.divisor;
}

} // namespace

std::vector<PositionBound> boundsAbove(const Dependence &pairs) {
  std::vector<PositionBound> bounds;
  auto add = [&](int64_t slope, int64_t divisor) {
    auto most = mostAbove(pairs, slope, divisor);
    if (!most)
      return;
    PositionBound bound{slope, *most, divisor};
    if (std::ranges::any_of(bounds, [&](const auto &known) { return isImplied(bound, known); }))
      return;
    std::erase_if(bounds, [&](const auto &known) { return isImplied(known, bound); });
    bounds.push_back(bound);
  };
  add(0, 1);
  for (IntegerRelation part : pairs.pairs().getAllDisjuncts()) {
    for (VarKind kind : {VarKind::Local, VarKind::Symbol}) // bounds hold whatever they are
      while (part.getNumVarKind(kind) > 0)
        part.projectOut(part.getVarKindOffset(kind));
    forEachCondition(part, [&](int64_t key, int64_t query) {
      if (key >= 0)
        return;
      int64_t divisor = std::gcd(key, query);
      add(query / divisor, -key / divisor);
    });
  }
  return bounds;
}

} // namespace loup
