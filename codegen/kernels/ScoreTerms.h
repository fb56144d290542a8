// What is added to the scores of attention beside the mask: ALiBi, or a table of relative
// positions.
#pragma once

#include "codegen/KernelBody.h"

#include <optional>

namespace loup {

/// The differences, query less key, of the positions that a kernel compares.
struct Differences {
  Halide::Expr least, most;
};

/// The term of one attention or its gradient. It goes by the difference of two positions: where
/// their range is known, it is made once for each difference and not for each pair.
class ScoreTerm {
public:
  template <class Op> ScoreTerm(Op op, const KernelBody &body, std::optional<Differences> known);

  bool exists() const { return isAlibi || buckets; }

  /// What a pair of positions adds to the score; the head is its axis' variable.
  Halide::Expr operator()(Halide::Expr query, Halide::Expr key) const;

  /// The table's row for a pair of positions.
  Halide::Expr bucket(Halide::Expr query, Halide::Expr key) const;

  void schedule();

private:
  Halide::Expr difference(Halide::Expr query, Halide::Expr key) const;
  Halide::Expr evaluate(Halide::Expr query, Halide::Expr key) const;

  const KernelBody &body;
  std::optional<Differences> known;
  bool isAlibi;
  BucketsAttr buckets; // null where there are none
  mlir::Value table;
  Axis head;
  Halide::Func terms{"terms"}, rows{"rows"}; // by difference; and by head
};

} // namespace loup
