#include "codegen/kernels/LaneRows.h"

using namespace Halide;

namespace loup {

/// Squares of as many columns as lanes are transposed in registers: a round takes the element at
/// p, counted row by row, from p rotated right by one bit, that is, it interleaves two rows to make
/// two others; after as many rounds as a row's number has bits rows and columns have changed
/// places.
LaneRows::LaneRows(const AttentionOperands &operands, const Element &element, int lanes, Var block,
                   const std::string &name)
    : operands(operands), lanes(lanes), block(block), transposed(name) {
  if (!isSquare()) {
    transposed(operands.vars(lane, column, block)) = element(block * lanes + lane, column);
    return;
  }
  Var x("x"), y("y");
  auto round = [&](Func from, const Expr &x, const Expr &y, const Expr &chunk) {
    Expr column = y % 2 * (lanes / 2) + x / 2;
    return select(x % 2 == 0, from(operands.at(column, y / 2, chunk, block)),
                  from(operands.at(column, y / 2 + lanes / 2, chunk, block)));
  };
  Func rows(name + "_rows");
  rows(operands.vars(x, y, chunk, block)) = element(block * lanes + y, chunk * lanes + x);
  rounds.push_back(rows);
  for (int size = 2; size < lanes; size *= 2) {
    Func next(name + "_round");
    next(operands.vars(x, y, chunk, block)) = round(rounds.back(), x, y, chunk);
    rounds.push_back(next);
  }
  transposed(operands.vars(lane, column, block)) =
      round(rounds.back(), lane, column % lanes, column / lanes);
}

Expr LaneRows::operator()(Expr lane, Expr column) const {
  return transposed(operands.at(lane, column, block));
}

void LaneRows::computeAt(Func func, Var loop) {
  transposed.compute_at(func, loop).bound(lane, 0, lanes).never_partition_all();
  if (!isSquare()) {
    transposed.unroll(lane);
    return;
  }
  Var inChunk("in_chunk");
  transposed.bound(column, 0, operands.headWidth())
      .split(column, chunk, inChunk, lanes)
      .vectorize(lane)
      .unroll(inChunk);
  for (Func f : rounds) {
    Var x = f.args()[0], y = f.args()[1];
    f.compute_at(transposed, chunk).bound(x, 0, lanes).bound(y, 0, lanes);
    f.vectorize(x).unroll(y).never_partition_all();
  }
}

} // namespace loup
