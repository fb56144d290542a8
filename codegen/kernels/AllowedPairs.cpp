#include "codegen/kernels/AllowedPairs.h"

#include "runtime/Errors.h"

using namespace Halide;

namespace loup {

AllowedPairs::AllowedPairs(const MaskSet &mask, Expr length)
    : alternatives(mask.alternatives()), length(std::move(length)) {
  for (const std::vector<MaskCondition> &conditions : alternatives)
    for (const MaskCondition &c : conditions)
      if (c.queries || c.keys || (c.length && !this->length.defined()))
        throw InternalError("a mask's condition is on q, k and a given length, not '" +
                            c.describe() + "'");
}

static Expr times(int64_t factor, const Expr &value) {
  return static_cast<int32_t>(factor) * value;
}

Expr AllowedPairs::rest(const MaskCondition &condition) const {
  Expr constant = static_cast<int32_t>(condition.constant);
  return condition.length ? times(condition.length, length) + constant : constant;
}

Expr AllowedPairs::contains(Expr q, Expr k) const {
  Expr any = Internal::const_false();
  for (const std::vector<MaskCondition> &conditions : alternatives) {
    Expr all = Internal::const_true();
    for (const MaskCondition &c : conditions) {
      Expr value = times(c.query, q) + times(c.key, k) + rest(c);
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
  for (const std::vector<MaskCondition> &conditions : alternatives) {
    Interval within{-furthest, furthest};
    // factor * x + value >= 0, where `value` is the largest that the block has.
    auto bound = [&](int64_t factor, const Expr &value) {
      if (factor > 0)
        within.first = max(within.first, -(value / static_cast<int32_t>(factor)));
      else if (factor < 0)
        within.last = min(within.last, value / static_cast<int32_t>(-factor));
    };
    for (const MaskCondition &c : conditions) {
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
