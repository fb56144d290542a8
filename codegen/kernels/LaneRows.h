// A block of rows with one row in each lane: what attention multiplies with broadcast elements.
#pragma once

#include "codegen/kernels/AttentionOperands.h"

#include <functional>
#include <string>
#include <vector>

namespace loup {

class LaneRows {
public:
  using Element = std::function<Halide::Expr(Halide::Expr row, Halide::Expr column)>;

  /// Rows block * lanes + lane, as `element` reads them.
  LaneRows(const AttentionOperands &operands, const Element &element, int lanes, Halide::Var block,
           const std::string &name);

  /// An element of the row in a lane, at the block's variables.
  Halide::Expr operator()(Halide::Expr lane, Halide::Expr column) const;

  /// Makes the block's rows in a loop of `func`.
  void computeAt(Halide::Func func, Halide::Var loop);

private:
  bool isSquare() const { return operands.headWidth() % lanes == 0; }

  const AttentionOperands &operands;
  int lanes;
  Halide::Var block, lane{"lane"}, column{"column"}, chunk{"chunk"};
  std::vector<Halide::Func> rounds; // the rows, then each but the last round of their transposition
  Halide::Func transposed;
};

} // namespace loup
