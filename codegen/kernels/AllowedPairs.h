// A mask's set as Halide expressions: whether a pair is in it, and where a block's pairs lie.
#pragma once

#include "codegen/KernelBody.h"
#include "ir/masks/MaskBounds.h"
#include "ir/masks/MaskSet.h"

#include "Halide.h"

namespace loup {

/// Rows from `first` up to, and without, `end`; none where `end` is not more.
struct RowRange {
  Halide::Expr first, end;
};

/// Where a block's pairs lie (see MaskBounds): no pair outside of touched ranges is allowed, every
/// pair in full ones is. There is at least one touched range.
struct BlockRanges {
  std::vector<RowRange> touched, full;
};

/// Whether two tokens are of one document, given both its number; a negative one is of none.
Halide::Expr isSameDocument(const Halide::Expr &query, const Halide::Expr &key);

class AllowedPairs {
public:
  /// `length` is the number of real keys and `prefix` of given ones; each is undefined if the mask
  /// does not speak of it.
  AllowedPairs(const MaskSet &mask, Halide::Expr length, Halide::Expr prefix = Halide::Expr());

  /// Those of the mask of `op`: a mask, attention or its gradient. The example's length and prefix
  /// are read at `at`; without lengths every key is real.
  template <class Op> AllowedPairs(Op op, const KernelBody &body, const Point &at);

  /// `present` says whether key k is there; undefined if the mask does not ask.
  Halide::Expr contains(Halide::Expr q, Halide::Expr k,
                        Halide::Expr present = Halide::Expr()) const;

  /// The ranges of one block, in a matrix of `queries` x `keys`; at most MaskBounds::mostRanges of
  /// each kind.
  BlockRanges rangesOf(const MaskBounds &bounds, const Halide::Expr &block,
                       const Halide::Expr &queries, const Halide::Expr &keys) const;

private:
  Halide::Expr rest(const MaskCondition &condition) const;

  std::vector<MaskAlternative> alternatives;
  Halide::Expr length, prefix;
};

} // namespace loup
