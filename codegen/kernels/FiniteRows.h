// Rows that all blocks of a head walk along, side by side, with zeros for what is not finite.
#pragma once

#include "codegen/kernels/AttentionOperands.h"

#include <string>
#include <vector>

namespace loup {

/// A weight of zero hides any finite number, but 0 * NaN is NaN. So sums read rows from here, and
/// what was not finite comes back as the row's mark, by way of the pairs that are allowed.
class FiniteRows {
public:
  /// Rows of `values`, which have one type.
  FiniteRows(const AttentionOperands &operands, const std::vector<mlir::Value> &values,
             const std::string &name);

  /// An element of a row of one of the values, 0 where it is not finite.
  Halide::Expr operator()(size_t value, Halide::Expr row, Halide::Expr column) const;

  /// The same, but NaN where any element of that row is not finite.
  Halide::Expr marked(size_t value, Halide::Expr row, Halide::Expr column) const;

  /// 0, or NaN if a number of the row, in any of the values, is not finite.
  Halide::Expr mark(Halide::Expr row) const;

  /// Makes the rows in a loop of `func`, which must be outside of its blocks.
  void computeAt(Halide::Func func, Halide::Var loop);

private:
  const AttentionOperands &operands;
  Halide::Var column{"column"}, row{"row"};
  Halide::RDom columns;
  std::vector<Halide::Func> rows, largest, marks; // of each value
};

} // namespace loup
