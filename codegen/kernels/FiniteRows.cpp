#include "codegen/kernels/FiniteRows.h"

using namespace Halide;
using mlir::Value;

namespace loup {

static constexpr int32_t infinity = 0x7f800000, quietNaN = 0x7fc00000;

/// A number without its sign, as bits: less than `infinity` where it is finite.
static Expr magnitude(const Expr &value) { return reinterpret<int32_t>(value) & 0x7fffffff; }

FiniteRows::FiniteRows(const AttentionOperands &operands, const std::vector<Value> &values,
                       const std::string &name)
    : operands(operands), columns(0, operands.headWidth(), name + "_columns"),
      largest(name + "_largest"), marks(name + "_marks") {
  Expr inRow = 0;
  for (Value value : values) {
    Expr element = operands.read(value, row, column);
    Func finite(name);
    finite(operands.vars(column, row)) = select(magnitude(element) < infinity, element, 0.0f);
    rows.push_back(finite);
    inRow = max(inRow, magnitude(operands.read(value, row, columns)));
  }
  largest(operands.vars(row)) = 0;
  largest(operands.vars(row)) = max(largest(operands.vars(row)), inRow);
  marks(operands.vars(row)) =
      select(largest(operands.vars(row)) < infinity, 0.0f, reinterpret<float>(Expr(quietNaN)));
}

Expr FiniteRows::operator()(size_t value, Expr row, Expr column) const {
  return rows[value](operands.at(column, row));
}

Expr FiniteRows::mark(Expr row) const { return marks(operands.at(row)); }

void FiniteRows::computeAt(Func func, Var loop) {
  int lanes = operands.widthLanes();
  for (Func finite : rows)
    finite.compute_at(func, loop).vectorize(column, lanes).unroll(column);
  marks.compute_at(func, loop);
  RVar chunk("chunk"), inChunk("in_chunk");
  largest.compute_at(marks, row)
      .update()
      .atomic()
      .split(columns, chunk, inChunk, lanes)
      .vectorize(inChunk)
      .unroll(chunk);
}

} // namespace loup
