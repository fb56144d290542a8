// Attention's gradients. Scores are computed again from log_sum, in tiles that stay in the fastest
// cache: once with a query in each lane, walking along the keys, for the query's gradient; once
// with a key in each lane, walking along the queries, for the key's and the value's. Every sum is a
// chain in ascending order.
#include "codegen/kernels/AttentionOperands.h"
#include "codegen/kernels/Exponential.h"
#include "codegen/kernels/Families.h"
#include "codegen/kernels/FiniteRows.h"
#include "codegen/kernels/LaneRows.h"
#include "codegen/kernels/WalkedTiles.h"

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
  /// `queryRows` holds queries, then their results' gradients.
  Deltas(AttentionGradientOp op, const AttentionOperands &operands, const FiniteRows &queryRows)
      : lanes(operands.widthLanes()), chunks(0, operands.headWidth() / lanes, "chunks"),
        laneSum(0, lanes, "lane_sum") {
    Expr column = chunks * lanes + lane;
    partial(operands.vars(lane, row)) = 0.0f;
    partial(operands.vars(lane, row)) +=
        queryRows(1, row, column) * operands.read(op.getOutput(), row, column);
    delta(operands.vars(row)) = 0.0f;
    delta(operands.vars(row)) =
        strict_float(delta(operands.vars(row)) + partial(operands.at(laneSum, row)));
  }

  Expr operator()(std::vector<Expr> at) const { return delta(at); }

  void schedule(Func output) {
    delta.compute_at(output, output.args()[1]);
    delta.update().reorder(laneSum, row).unroll(laneSum);
    partial.compute_at(delta, row).vectorize(lane);
    partial.update().vectorize(lane);
  }

private:
  int lanes;
  Var lane{"lane"}, row{"row"};
  RDom chunks, laneSum;
  Func partial{"partial_delta"}, delta{"delta"};
};

/// The gradients by what lies in the lanes: by the query, or by key and value; or, with queries in
/// the lanes, by the rows of a table of relative positions.
class LaneGradients {
public:
  enum Gradient { ByQuery, ByKeyAndValue, ByBucket };

  /// `queryRows` holds queries, then their results' gradients; `keyRows` keys, then values.
  LaneGradients(AttentionGradientOp op, const AttentionOperands &operands,
                const FiniteRows &queryRows, const FiniteRows &keyRows, const Deltas &deltas,
                Gradient sought)
      : op(op), operands(operands), deltas(deltas), sought(sought),
        rows(sought == ByKeyAndValue ? queryRows : keyRows),
        rowsInLanes(sought == ByKeyAndValue ? keyRows : queryRows),
        lanes(operands.kernel().target().natural_vector_size<float>()) {
    defineProducts();
    defineWeights();
    definePairs();
    defineSums();
  }

  /// The gradients at `type`'s variables.
  std::vector<Expr> results(mlir::Type type) const;
  void schedule(Func output, mlir::Type type);

private:
  void defineProducts();
  void defineWeights();
  void definePairs();
  void defineSums();

  /// The rows in lanes of one of the two values.
  LaneRows laneRows(size_t value, const std::string &name) {
    auto element = [&](Expr row, Expr column) { return rowsInLanes.marked(value, row, column); };
    return LaneRows(operands, element, lanes, block, name);
  }

  /// Of a row and what is in a lane.
  struct Pair {
    Expr query, key;
  };
  Pair pairOf(const Expr &row) const {
    return hasQueryLanes() ? Pair{laneRow(lane), row} : Pair{row, laneRow(lane)};
  }

  Expr logSumOf(const Expr &query) {
    if (hasQueryLanes())
      return statistics(vars(lane))[0];
    return operands.read(op.getLogSum(), query);
  }

  Expr deltaOf(const Expr &query) const {
    if (hasQueryLanes())
      return statistics(vars(lane))[1];
    return deltas(operands.at(rowWithin(query, operands.queryCount())));
  }

  Expr laneRow(const Expr &lane) const { return block * lanes + lane; }
  bool hasQueryLanes() const { return sought != ByKeyAndValue; }

  /// Of what is computed for each block.
  template <class... First> std::vector<Var> vars(const First &...first) const {
    return operands.vars(first..., block);
  }
  template <class... First> std::vector<Expr> at(const First &...first) const {
    return operands.at(first..., block);
  }

  AttentionGradientOp op;
  const AttentionOperands &operands;
  const Deltas &deltas;
  Gradient sought;
  const FiniteRows &rows;        // along which lanes walk
  const FiniteRows &rowsInLanes; // one in each
  int lanes;
  Var lane{"lane"}, block{"block"}, column{"column"}, inTile{"in_tile"};
  Var inSection{"in_section"}, section{"section"}; // of tiles, which sections keep
  RDom inner{0, operands.headWidth(), "inner"};
  WalkedTiles tiles{
      hasQueryLanes() ? operands.keyRangesOf(laneRow(0)) : operands.queryRangesOf(laneRow(0)),
      hasQueryLanes() ? operands.keyCount() : operands.queryCount(), rowsPerTile, tilesPerSection};
  Expr slot = tiles.slot(inSection, section);
  LaneRows first = laneRows(0, "first"), second = laneRows(1, "second");
  RDom made = tiles.places(slot, "made"),
       tested = tiles.places(slot, "tested", WalkedTiles::Partial),
       summed = tiles.sections("summed");

  Func products{"products"};     // of queries and keys
  Func gradients{"gradients"};   // of gradients and values: those by the weights
  Func statistics{"statistics"}; // log_sum and delta, in lanes
  Func weights{"weights"};
  Func pairs{"pairs"}; // the gradient by product or score, and the weight after dropout
  Func sums{"sums"};
};

void LaneGradients::defineProducts() {
  Expr row = tiles.row(inTile, slot);
  products(vars(lane, inTile, inSection, section)) = 0.0f;
  products(vars(lane, inTile, inSection, section)) += first(lane, inner) * rows(0, row, inner);
  gradients(vars(lane, inTile, inSection, section)) = 0.0f;
  gradients(vars(lane, inTile, inSection, section)) += second(lane, inner) * rows(1, row, inner);
}

/// Weights are kept, though each is needed at once: both values of a pair would compute their own.
void LaneGradients::defineWeights() {
  auto [query, key] = pairOf(tiles.row(inTile, slot));
  if (hasQueryLanes()) {
    Expr row = rowWithin(query, operands.queryCount());
    statistics(vars(lane)) = Tuple(operands.read(op.getLogSum(), row), deltas(operands.at(row)));
  }
  Expr score = operands.score(products(vars(lane, inTile, inSection, section)), query, key);
  score = strict_float(score + rows.mark(tiles.row(inTile, slot)));
  weights(vars(lane, inTile, inSection, section)) =
      exponential(strict_float(score - logSumOf(query)));
}

void LaneGradients::definePairs() {
  auto [query, key] = pairOf(tiles.row(made.x, slot));
  Expr weight = weights(at(lane, made.x, inSection, section));
  Expr gradient = operands.drop(gradients(at(lane, made.x, inSection, section)), query, key);
  Expr byScore = strict_float(weight * (gradient - deltaOf(query)));
  std::vector<Expr> values = {sought == ByBucket ? byScore : operands.byProduct(byScore)};
  if (sought == ByKeyAndValue)
    values.push_back(operands.drop(weight, query, key));

  auto [testedQuery, testedKey] = pairOf(tiles.row(tested.x, slot));
  Expr isAllowed = operands.isAllowed(testedQuery, testedKey);
  pairs(vars(lane, inTile, inSection, section)) =
      Tuple(std::vector<Expr>(values.size(), undef<float>()));
  pairs(at(lane, made.x, inSection, section)) = Tuple(values);
  FuncRef pair = pairs(at(lane, tested.x, inSection, section));
  std::vector<Expr> kept;
  for (int i = 0; i < static_cast<int>(values.size()); ++i)
    kept.push_back(select(isAllowed, values.size() == 1 ? Expr(pair) : pair[i], 0.0f));
  pairs(at(lane, tested.x, inSection, section)) = Tuple(kept);
}

void LaneGradients::defineSums() {
  Expr row = tiles.row(summed.x, tiles.slot(summed));
  FuncRef pair = pairs(at(lane, summed.x, summed.y, summed.z));
  FuncRef sum = sums(vars(column, lane));
  if (sought == ByBucket) {
    Expr bucket = operands.bucket(laneRow(lane), row);
    sums(vars(column, lane)) = 0.0f;
    sums(vars(column, lane)) = strict_float(sum + select(column == bucket, Expr(pair), 0.0f));
    return;
  }
  if (hasQueryLanes()) {
    sums(vars(column, lane)) = 0.0f;
    sums(vars(column, lane)) = sum + pair * rows(0, row, column);
    return;
  }
  sums(vars(column, lane)) = Tuple(0.0f, 0.0f);
  sums(vars(column, lane)) =
      Tuple(sum[0] + pair[0] * rows(0, row, column), sum[1] + pair[1] * rows(1, row, column));
}

std::vector<Expr> LaneGradients::results(mlir::Type type) const {
  std::vector<Var> rows = operands.kernel().vars(type);
  FuncRef sum = sums(operands.at(rows[0], rows[2] % lanes, rows[2] / lanes));
  if (hasQueryLanes())
    return {sum};
  return {sum[0], sum[1]};
}

void LaneGradients::schedule(Func output, mlir::Type type) {
  operands.scheduleBlocks(output, type, block, lane, lanes);
  first.computeAt(output, block);
  second.computeAt(output, block);
  if (statistics.defined())
    statistics.compute_at(output, block).vectorize(lane);

  int columns = static_cast<int>(namedAxes(type).back().size);
  int columnLanes = operands.lanesAlong(columns);
  int columnsPerTile = columnLanes * operands.vectorsAlong(columns, lanes < 16 ? 1 : 2);
  Var columnTile("column_tile"), laneTile("lane_tile"), vector("vector");
  sums.compute_at(output, block).vectorize(column, columnLanes);
  sums.update()
      .split(column, columnTile, column, columnsPerTile)
      .split(column, vector, column, columnLanes)
      .split(lane, laneTile, lane, lanesPerTile)
      .reorder(column, vector, lane, summed.x, summed.y, columnTile, laneTile, summed.z)
      .vectorize(column)
      .unroll(vector)
      .unroll(lane)
      .unroll(summed.x, 2);

  pairs.compute_at(sums, summed.z).bound_storage(inSection, tilesPerSection).vectorize(lane);
  pairs.update(0).reorder(lane, made.x, inSection, section).vectorize(lane).unroll(made.x);
  pairs.update(1).reorder(lane, tested.x, inSection, section).vectorize(lane).unroll(tested.x, 2);
  weights.compute_at(pairs, inSection).vectorize(lane).unroll(inTile);
  for (Func product : {products, gradients}) {
    product.compute_at(pairs, inSection).bound_extent(inTile, rowsPerTile);
    product.vectorize(lane).unroll(inTile);
    product.update().reorder(lane, inTile, inner).vectorize(lane).unroll(inTile).unroll(inner, 4);
  }
  for (Func f : {statistics, products, gradients, weights, pairs, sums})
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
    if (Value byTable = op.getBucketGradient()) {
      byBucket.emplace(op, operands, queryRows, keyRows, deltas, LaneGradients::ByBucket);
      define(byTable, byBucket->results(byTable.getType())[0]);
    }
  }

  /// All gradients of a head are made before the next head: its rows are read from the cache.
  void schedule(Outputs outputs) {
    deltas.schedule(outputs.front());
    for (FiniteRows *rows : {&queryRows, &keyRows})
      rows->computeAt(outputs.front(), outputs.front().args()[1]);
    operands.scheduleTerm();
    for (Func output : outputs) {
      bool isByKey = hasAxis(op.getKey().getType(), output.args()[2].name());
      bool isByWidth = hasAxis(op.getKey().getType(), output.args()[0].name());
      if (isByKey)
        byKey.schedule(output, op.getKeyGradient().getType());
      else if (isByWidth)
        byQuery.schedule(output, op.getQueryGradient().getType());
      else
        byBucket->schedule(output, op.getBucketGradient().getType());
    }
    for (Func other : outputs.drop_front())
      other.compute_with(outputs.front(), outputs.front().args()[1]);
  }

  std::vector<Func> results;

private:
  AttentionGradientOp op;
  AttentionOperands operands;
  FiniteRows queryRows{operands, {op.getQuery(), op.getGradient()}, "query_rows"};
  FiniteRows keyRows{operands, {op.getKey(), op.getValue()}, "key_rows"};
  Deltas deltas{op, operands, queryRows};
  LaneGradients byQuery{op, operands, queryRows, keyRows, deltas, LaneGradients::ByQuery};
  LaneGradients byKey{op, operands, queryRows, keyRows, deltas, LaneGradients::ByKeyAndValue};
  std::optional<LaneGradients> byBucket;
};

} // namespace

void addAttentionGradient(KernelOps &ops) {
  ops.anchor<AttentionGradientOp>([](AttentionGradientOp op, const KernelBody &body) {
    auto gradient = std::make_shared<AttentionGradient>(op, body);
    return Anchor{gradient->results, [gradient](Outputs outputs) { gradient->schedule(outputs); }};
  });
}

} // namespace loup
