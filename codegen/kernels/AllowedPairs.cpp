#include "codegen/kernels/AllowedPairs.h"

#include "runtime/Errors.h"

#include <bit>
#include <map>

using namespace Halide;

namespace loup {

AllowedPairs::AllowedPairs(const MaskSet &mask, Expr length, Expr prefix)
    : alternatives(mask.alternatives()), length(std::move(length)), prefix(std::move(prefix)) {
  for (const MaskAlternative &alternative : alternatives)
    for (const MaskCondition &c : alternative.conditions)
      if (c.queries || c.keys || (c.length && !this->length.defined()) ||
          (c.prefix && !this->prefix.defined()))
        throw InternalError("a mask's condition is on q, k and a given length or prefix, not '" +
                            c.describe() + "'");
}

static Expr times(int64_t factor, const Expr &value) {
  return static_cast<int32_t>(factor) * value;
}

Expr AllowedPairs::rest(const MaskCondition &condition) const {
  Expr sum = static_cast<int32_t>(condition.constant);
  if (condition.length)
    sum = times(condition.length, length) + sum;
  if (condition.prefix)
    sum = times(condition.prefix, prefix) + sum;
  return sum;
}

/// Whether `value`, modulo m, is one of the residues, given as bits.
static Expr isResidue(const Expr &value, int64_t m, uint64_t residues) {
  Expr residue = value % static_cast<int32_t>(m);
  if ((residues & (residues - 1)) == 0) // only one
    return residue == static_cast<int32_t>(std::countr_zero(residues));
  return (Internal::make_const(UInt(64), residues) >> cast<uint64_t>(residue) & 1) != 0;
}

/// Whether the pair's class is among these. (Halide's `%` counts up from 0, as masks do.)
static Expr isInClasses(const ResidueClasses &classes, const Expr &q, const Expr &k) {
  const std::vector<uint64_t> &keysOf = classes.bits();
  int64_t m = classes.modulus();
  if (classes.isAll())
    return Internal::const_true();
  if (classes.dependsOnKey())
    return isResidue(k, m, keysOf[0]);
  if (classes.dependsOnDifference()) {
    uint64_t differences = 0;
    for (int64_t q = 0; q < m; ++q)
      differences |= uint64_t(classes.contains(q, 0)) << q;
    return isResidue(q - k, m, differences);
  }
  std::map<uint64_t, uint64_t> queriesWith; // the same keys
  for (int64_t q = 0; q < m; ++q)
    if (keysOf[q] != 0)
      queriesWith[keysOf[q]] |= uint64_t(1) << q;
  Expr any = Internal::const_false();
  for (auto [keys, queries] : queriesWith)
    any = any || (isResidue(q, m, queries) && isResidue(k, m, keys));
  return any;
}

Expr AllowedPairs::contains(Expr q, Expr k, Expr present) const {
  Expr any = Internal::const_false();
  for (const MaskAlternative &alternative : alternatives) {
    Expr all = isInClasses(alternative.classes, q, k);
    for (const MaskCondition &c : alternative.conditions) {
      Expr value = times(c.query, q) + times(c.key, k) + rest(c);
      if (c.present) {
        if (!present.defined())
          throw InternalError("a mask that asks which keys are present is told so");
        value += times(c.present, cast<int32_t>(present));
      }
      all = all && (c.equality ? value == 0 : value >= 0);
    }
    any = any || all;
  }
  return any;
}

Interval AllowedPairs::reach(Interval block, int64_t MaskCondition::*inBlock,
                             int64_t MaskCondition::*sought) const {
  constexpr int32_t furthest = 1 << 30; // as good as no bound, and safe to count on from
  Interval hull{furthest, -furthest};
  for (const MaskAlternative &alternative : alternatives) {
    Interval within{-furthest, furthest};
    // factor * x + value >= 0, where `value` is the largest that the block has.
    auto bound = [&](int64_t factor, const Expr &value) {
      if (factor > 0)
        within.first = max(within.first, -(value / static_cast<int32_t>(factor)));
      else if (factor < 0)
        within.last = min(within.last, value / static_cast<int32_t>(-factor));
    };
    for (const MaskCondition &c : alternative.conditions) {
      if (c.present) // bounds hold for any key
        continue;
      int64_t slope = c.*inBlock;
      bound(c.*sought, times(slope, slope > 0 ? block.last : block.first) + rest(c));
      if (c.equality)
        bound(-(c.*sought), times(-slope, slope > 0 ? block.first : block.last) - rest(c));
    }
    hull = {min(hull.first, within.first), max(hull.last, within.last)};
  }
  return {simplify(hull.first), simplify(hull.last)};
}

Interval AllowedPairs::keysOf(Interval queries) const {
  return reach(queries, &MaskCondition::query, &MaskCondition::key);
}

Interval AllowedPairs::queriesOf(Interval keys) const {
  return reach(keys, &MaskCondition::key, &MaskCondition::query);
}

} // namespace loup
