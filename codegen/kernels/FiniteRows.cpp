#include "codegen/kernels/FiniteRows.h"

using namespace Halide;
using mlir::Value;

namespace loup {

static constexpr int32_t infinity = 0x7f800000, quietNaN = 0x7fc00000;

/// A number without its sign, as bits: less than `infinity` where it is finite.
static Expr magnitude(const Expr &value) { return reinterpret<int32_t>(value) & 0x7fffffff; }

FiniteRows::FiniteRows(const AttentionOperands &operands, const std::vector<Value> &values,
                       const std::string &name)
    : operands(operands), columns(0, operands.headWidth(), name + "_columns") {
  for (Value value : values) {
    Expr element = operands.read(value, row, column);
    Func finite(name), most(name + "_largest"), mark(name + "_mark");
    finite(operands.vars(column, row)) = select(magnitude(element) < infinity, element, 0.0f);
    most(operands.vars(row)) = 0;
    most(operands.vars(row)) =
        max(most(operands.vars(row)), magnitude(operands.read(value, row, columns)));
    mark(operands.vars(row)) =
        select(most(operands.vars(row)) < infinity, 0.0f, reinterpret<float>(Expr(quietNaN)));
    rows.push_back(finite);
    largest.push_back(most);
    marks.push_back(mark);
  }
}

Expr FiniteRows::operator()(size_t value, Expr row, Expr column) const {
  return rows[value](operands.at(column, row));
}

Expr FiniteRows::marked(size_t value, Expr row, Expr column) const {
  return strict_float((*this)(value, row, column) + marks[value](operands.at(row)));
}

Expr FiniteRows::mark(Expr row) const {
  Expr sum = 0.0f;
  for (Func mark : marks)
    sum = strict_float(sum + mark(operands.at(row)));
  return sum;
}

void FiniteRows::computeAt(Func func, Var loop) {
  int lanes = operands.widthLanes();
  for (Func finite : rows)
    finite.compute_at(func, loop).vectorize(column, lanes).unroll(column);
  for (auto [most, mark] : llvm::zip_equal(largest, marks)) {
    mark.compute_at(func, loop);
    RVar chunk("chunk"), inChunk("in_chunk");
    most.compute_at(mark, row)
        .update()
        .atomic()
        .split(columns, chunk, inChunk, lanes)
        .vectorize(inChunk)
        .unroll(chunk);
  }
}

} // namespace loup
