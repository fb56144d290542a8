#include "codegen/kernels/AllowedPairs.h"

#include "runtime/Errors.h"

#include <bit>
#include <map>

using namespace Halide;

namespace loup {

Expr isSameDocument(const Expr &query, const Expr &key) { return key >= 0 && query == key; }

AllowedPairs::AllowedPairs(const MaskSet &mask, Expr length, Expr prefix)
    : alternatives(mask.alternatives()), length(std::move(length)), prefix(std::move(prefix)) {
  for (const MaskAlternative &alternative : alternatives)
    for (const MaskCondition &c : alternative.conditions)
      if (c.queries || c.keys || (c.length && !this->length.defined()) ||
          (c.prefix && !this->prefix.defined()))
        throw InternalError("a mask's condition is on q, k and a given length or prefix, not '" +
                            c.describe() + "'");
}

template <class Op>
AllowedPairs::AllowedPairs(Op op, const KernelBody &body, const Point &at)
    : AllowedPairs(op.getMask().allowed(),
                   op.getLengths() ? body.read(op.getLengths(), at)
                                   : body.extent(axesOf(op.getKeys()).back()),
                   op.getPrefix() ? body.read(op.getPrefix(), at) : Expr()) {}

template AllowedPairs::AllowedPairs(MaskOp, const KernelBody &, const Point &);
template AllowedPairs::AllowedPairs(AttentionOp, const KernelBody &, const Point &);
template AllowedPairs::AllowedPairs(AttentionGradientOp, const KernelBody &, const Point &);

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

/// The largest, over the alternatives, of the least that one of its conditions leaves: at least 0
/// where all of them hold. (In this form Halide finds the bounds of any of them.)
Expr AllowedPairs::contains(Expr q, Expr k, Expr present) const {
  Expr most = -1;
  for (const MaskAlternative &alternative : alternatives) {
    Expr least = select(isInClasses(alternative.classes, q, k), 0, -1);
    for (const MaskCondition &c : alternative.conditions) {
      Expr value = times(c.query, q) + times(c.key, k) + rest(c);
      if (c.present) {
        if (!present.defined())
          throw InternalError("a mask that asks which keys are present is told so");
        value += times(c.present, cast<int32_t>(present));
      }
      least = min(least, c.equality ? min(value, -value) : value);
    }
    most = max(most, least);
  }
  return most >= 0;
}

BlockRanges AllowedPairs::rangesOf(const MaskBounds &bounds, const Expr &block, const Expr &queries,
                                   const Expr &keys) const {
  auto at = [&](const BlockBound &bound) {
    Expr sum = times(bound.block, block) + times(bound.sizes.queries, queries) +
               times(bound.sizes.keys, keys) + rest(bound.sizes);
    return sum / static_cast<int32_t>(bound.divisor); // rounds down, as bounds do
  };
  auto rangeOf = [&](const BlockRange &range) {
    RowRange rows{at(range.first.front()), at(range.end.front())};
    for (const BlockBound &bound : range.first)
      rows.first = max(rows.first, at(bound));
    for (const BlockBound &bound : range.end)
      rows.end = min(rows.end, at(bound));
    for (const BlockBound &bound : range.needed)
      rows.end = select(at(bound) < 0, rows.first, rows.end);
    return RowRange{simplify(rows.first), simplify(rows.end)};
  };
  BlockRanges ranges;
  for (const BlockRange &range : bounds.touched()) {
    RowRange rows = rangeOf(range);
    if (ranges.touched.size() < MaskBounds::mostRanges) {
      ranges.touched.push_back(rows);
      continue;
    }
    // The last one spans all that are too many, none of which widens it where it is empty.
    RowRange &last = ranges.touched.back();
    Expr isEmpty = rows.end <= rows.first, wasEmpty = last.end <= last.first;
    last = {select(isEmpty, last.first, wasEmpty, rows.first, min(last.first, rows.first)),
            select(isEmpty, last.end, wasEmpty, rows.end, max(last.end, rows.end))};
  }
  if (ranges.touched.empty())
    ranges.touched.push_back({0, 0});
  for (const BlockRange &range : bounds.full())
    if (ranges.full.size() < MaskBounds::mostRanges)
      ranges.full.push_back(rangeOf(range));
  return ranges;
}

} // namespace loup
