// A mask's set as Halide expressions: whether a pair is in it, and where a block's pairs lie.
#pragma once

#include "ir/masks/MaskSet.h"

#include "Halide.h"

namespace loup {

/// From `first` to `last`, both included; empty where `last` is less.
struct Interval {
  Halide::Expr first, last;
};

class AllowedPairs {
public:
  /// `length` is the number of real keys and `prefix` of given ones; each is undefined if the mask
  /// does not speak of it.
  AllowedPairs(const MaskSet &mask, Halide::Expr length, Halide::Expr prefix = Halide::Expr());

  /// `present` says whether key k is there; undefined if the mask does not ask.
  Halide::Expr contains(Halide::Expr q, Halide::Expr k,
                        Halide::Expr present = Halide::Expr()) const;

  /// Positions outside of which no key is seen by any of `queries`; not limited to the matrix.
  Interval keysOf(Interval queries) const;

  /// Positions outside of which no query sees any of `keys`.
  Interval queriesOf(Interval keys) const;

private:
  Halide::Expr rest(const MaskCondition &condition) const;
  Interval reach(Interval block, int64_t MaskCondition::*inBlock,
                 int64_t MaskCondition::*sought) const;

  std::vector<MaskAlternative> alternatives;
  Halide::Expr length, prefix;
};

} // namespace loup
