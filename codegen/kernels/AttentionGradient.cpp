// Attention's gradients. Scores are computed again from log_sum, in tiles that stay in the fastest
// cache: once with a query in each lane, walking along the keys, for the query's gradient; once
// with a key in each lane, walking along the queries, for the key's and the value's. Every sum is a
// chain in ascending order.
#include "codegen/kernels/AttentionOperands.h"
#include "codegen/kernels/Exponential.h"
#include "codegen/kernels/Families.h"

using namespace Halide;
using mlir::Value;

namespace loup {
namespace {

constexpr int rowsPerTile = 8;     // whose products with the lanes are summed up at once
constexpr int tilesPerSection = 4; // of rows, that are summed up together
constexpr int lanesPerTile = 4;    // whose gradients are summed up at once

/// delta[q] = gradient[q] . output[q], at (row, head, batch...).
class Deltas {
public:
  Deltas(AttentionGradientOp op, const AttentionOperands &operands)
      : lanes(operands.widthLanes()), chunks(0, operands.headWidth() / lanes, "chunks"),
        laneSum(0, lanes, "lane_sum") {
    Expr column = chunks * lanes + lane;
    std::vector<Var> vars = {row};
    llvm::append_range(vars, operands.outerVars());
    std::vector<Var> laneVars = {lane};
    llvm::append_range(laneVars, vars);
    partial(laneVars) = 0.0f;
    partial(laneVars) +=
        operands.read(op.getGradient(), row, column) * operands.read(op.getOutput(), row, column);
    std::vector<Expr> at = {laneSum};
    llvm::append_range(at, vars);
    delta(vars) = 0.0f;
    delta(vars) = strict_float(delta(vars) + partial(at));
  }

  Expr operator()(std::vector<Expr> at) const { return delta(at); }

  void schedule() {
    delta.compute_root();
    delta.update().reorder(laneSum, row).unroll(laneSum);
    partial.compute_at(delta, row).vectorize(lane);
    partial.update().vectorize(lane);
    for (size_t i = 1; i < delta.args().size(); ++i)
      delta.update().parallel(delta.args()[i]);
  }

private:
  int lanes;
  Var lane{"lane"}, row{"row"};
  RDom chunks, laneSum;
  Func partial{"partial_delta"}, delta{"delta"};
};

/// The gradients by what lies in the lanes: by the query, or by key and value.
class LaneGradients {
public:
  enum Lanes { Queries, Keys };

  LaneGradients(AttentionGradientOp op, const AttentionOperands &operands, const Deltas &deltas,
                Lanes inLanes)
      : op(op), operands(operands), deltas(deltas), inLanes(inLanes),
        lanes(operands.kernel().target().natural_vector_size<float>()) {
    definePairs();
    defineSums();
  }

  /// The gradients at `type`'s variables.
  std::vector<Expr> results(mlir::Type type) const;
  void schedule(Func output, mlir::Type type);

private:
  void definePairs();
  void defineSums();

  Expr laneRow(const Expr &lane) const { return block * lanes + lane; }

  /// Rows that some lane has an allowed pair with.
  TiledRows walkedRows() const {
    if (inLanes == Queries) {
      Interval block{laneRow(0), min(laneRow(lanes - 1), operands.queryCount() - 1)};
      return {operands.keyRowsOf(block), operands.keyCount(), rowsPerTile, "walked"};
    }
    Interval block{laneRow(0), min(laneRow(lanes - 1), operands.keyCount() - 1)};
    return {operands.queryRowsOf(block), operands.queryCount(), rowsPerTile, "walked"};
  }

  template <class... First> std::vector<Var> vars(First... first) const {
    std::vector<Var> result = {first..., block};
    llvm::append_range(result, operands.outerVars());
    return result;
  }
  template <class... First> std::vector<Expr> at(First... first) const {
    std::vector<Expr> result = {Expr(first)..., block};
    llvm::append_range(result, operands.outerVars());
    return result;
  }

  AttentionGradientOp op;
  const AttentionOperands &operands;
  const Deltas &deltas;
  Lanes inLanes;
  int lanes;
  Var lane{"lane"}, block{"block"}, column{"column"}, row{"row"};
  RDom inner{0, operands.headWidth(), "inner"};
  TiledRows walked = walkedRows();

  Func first{"first"}, second{"second"}; // in lanes: query and gradient, or key and value
  Func rowFirst{"row_first"}, rowSecond{"row_second"}; // the others, of a section of rows
  Func products{"products"};                           // of queries and keys
  Func gradients{"gradients"};   // of gradients and values: those by the weights
  Func statistics{"statistics"}; // log_sum and delta, in lanes
  Func visible{"visible"};       // all bits set in allowed pairs
  Func pairs{"pairs"};           // the gradient by the product, and the weight
  Func sums{"sums"};
};

void LaneGradients::definePairs() {
  auto inLane = [&](Value ofQuery, Value ofKey) { return inLanes == Queries ? ofQuery : ofKey; };
  auto inRow = [&](Value ofQuery, Value ofKey) { return inLanes == Queries ? ofKey : ofQuery; };
  auto read = [&](Value value, Expr row) { return operands.read(value, row, column); };
  first(vars(lane, column)) = read(inLane(op.getQuery(), op.getKey()), laneRow(lane));
  second(vars(lane, column)) = read(inLane(op.getGradient(), op.getValue()), laneRow(lane));
  rowFirst(vars(column, row)) = read(inRow(op.getQuery(), op.getKey()), row);
  rowSecond(vars(column, row)) = read(inRow(op.getGradient(), op.getValue()), row);
  products(vars(lane, row)) = 0.0f;
  products(vars(lane, row)) += first(at(lane, inner)) * rowFirst(at(inner, row));
  gradients(vars(lane, row)) = 0.0f;
  gradients(vars(lane, row)) += second(at(lane, inner)) * rowSecond(at(inner, row));

  auto statisticsOf = [&](const Expr &query) {
    std::vector<Expr> at = {min(query, operands.queryCount() - 1)};
    llvm::append_range(at, operands.outerVars());
    return Tuple(operands.read(op.getLogSum(), query), deltas(at));
  };
  Expr query = row, key = laneRow(lane), logSum, delta;
  if (inLanes == Queries) {
    std::swap(query, key);
    statistics(vars(lane)) = statisticsOf(query);
    logSum = statistics(vars(lane))[0];
    delta = statistics(vars(lane))[1];
  } else {
    Tuple both = statisticsOf(query);
    logSum = both[0];
    delta = both[1];
  }
  Expr isAllowed = operands.isAllowed(query, key);
  visible(vars(lane, row)) = select(isAllowed, -1, 0);
  Expr weight = exponential(operands.score(products(vars(lane, row)), query, key) - logSum);
  Expr gradient = operands.drop(gradients(vars(lane, row)), query, key);
  Expr byProduct = select(isAllowed, operands.byProduct(weight * (gradient - delta)), 0.0f);
  if (inLanes == Queries)
    pairs(vars(lane, row)) = byProduct;
  else
    pairs(vars(lane, row)) =
        Tuple(byProduct, select(isAllowed, operands.drop(weight, query, key), 0.0f));
}

void LaneGradients::defineSums() {
  FuncRef pair = pairs(at(lane, walked.row()));
  FuncRef sum = sums(vars(column, lane));
  Expr mask = visible(at(lane, walked.row()));
  Expr first = masked(rowFirst(at(column, walked.row())), mask);
  if (inLanes == Queries) {
    sums(vars(column, lane)) = 0.0f;
    sums(vars(column, lane)) = sum + pair * first;
    return;
  }
  Expr second = masked(rowSecond(at(column, walked.row())), mask);
  sums(vars(column, lane)) = Tuple(0.0f, 0.0f);
  sums(vars(column, lane)) = Tuple(sum[0] + pair[0] * first, sum[1] + pair[1] * second);
}

std::vector<Expr> LaneGradients::results(mlir::Type type) const {
  std::vector<Var> rows = operands.kernel().vars(type);
  std::vector<Expr> at = {rows[0], rows[2] % lanes, rows[2] / lanes};
  llvm::append_range(at, operands.outerVars());
  FuncRef sum = sums(at);
  if (inLanes == Queries)
    return {sum};
  return {sum[0], sum[1]};
}

void LaneGradients::schedule(Func output, mlir::Type type) {
  operands.scheduleBlocks(output, type, block, lane, lanes);
  for (Func packed : {first, second})
    packed.compute_at(output, block).vectorize(lane);
  if (statistics.defined())
    statistics.compute_at(output, block).vectorize(lane);

  int columnLanes = operands.widthLanes();
  int columnsPerTile = columnLanes * operands.widthVectors(lanes < 16 ? 1 : 2);
  Var columnTile("column_tile"), laneTile("lane_tile"), vector("vector"), rowTile("row_tile");
  RVar section("section"), tile("tile");
  sums.compute_at(output, block).vectorize(column, columnLanes);
  sums.update()
      .split(column, columnTile, column, columnsPerTile)
      .split(column, vector, column, columnLanes)
      .split(lane, laneTile, lane, lanesPerTile)
      .split(walked.domain.y, section, tile, tilesPerSection, TailStrategy::GuardWithIf)
      .reorder(column, vector, lane, walked.domain.x, tile, columnTile, laneTile, section)
      .vectorize(column)
      .unroll(vector)
      .unroll(lane)
      .unroll(walked.domain.x, 2);

  constexpr int rowsPerSection = rowsPerTile * tilesPerSection;
  for (Func staged : {rowFirst, rowSecond})
    staged.compute_at(sums, section)
        .bound_storage(row, rowsPerSection)
        .vectorize(column, columnLanes)
        .unroll(column);
  visible.compute_at(sums, section).bound_storage(row, rowsPerSection).vectorize(lane);
  pairs.compute_at(sums, section)
      .bound_storage(row, rowsPerSection)
      .split(row, rowTile, row, rowsPerTile);
  pairs.vectorize(lane).unroll(row);
  for (Func product : {products, gradients}) {
    product.compute_at(pairs, rowTile).bound_extent(row, rowsPerTile);
    product.vectorize(lane).unroll(row);
    product.update().reorder(lane, row, inner).vectorize(lane).unroll(row).unroll(inner, 4);
  }
  for (Func f : {first, second, statistics, products, gradients, visible, pairs, sums})
    if (f.defined())
      f.bound(lane, 0, lanes).never_partition_all();
}

class AttentionGradient {
public:
  AttentionGradient(AttentionGradientOp op, const KernelBody &body) : op(op), operands(op, body) {
    auto define = [&](Value result, Expr value) {
      Func gradient("gradient");
      gradient(body.vars(result.getType())) = value;
      results.push_back(gradient);
    };
    define(op.getQueryGradient(), byQuery.results(op.getQueryGradient().getType())[0]);
    std::vector<Expr> values = byKey.results(op.getKeyGradient().getType());
    define(op.getKeyGradient(), values[0]);
    define(op.getValueGradient(), values[1]);
  }

  void schedule(Outputs outputs) {
    deltas.schedule();
    for (Func output : outputs) {
      bool isByQuery = hasAxis(op.getQuery().getType(), output.args()[2].name());
      (isByQuery ? byQuery : byKey)
          .schedule(output, (isByQuery ? op.getQueryGradient() : op.getKeyGradient()).getType());
    }
  }

  std::vector<Func> results;

private:
  AttentionGradientOp op;
  AttentionOperands operands;
  Deltas deltas{op, operands};
  LaneGradients byQuery{op, operands, deltas, LaneGradients::Queries};
  LaneGradients byKey{op, operands, deltas, LaneGradients::Keys};
};

} // namespace

void addAttentionGradient(KernelOps &ops) {
  ops.anchor<AttentionGradientOp>([](AttentionGradientOp op, const KernelBody &body) {
    auto gradient = std::make_shared<AttentionGradient>(op, body);
    return Anchor{gradient->results, [gradient](Outputs outputs) { gradient->schedule(outputs); }};
  });
}

} // namespace loup
