// softmax(scale * query key + mask) times values, without a tensor of [query, key].
//
// Queries are taken in blocks of as many as a vector has lanes: one query a lane. A strip of scores
// [key, lane] is kept for each block, so that sums over keys are chains in ascending order, whose
// bits depend neither on the other queries nor on keys that the mask hides.
#include "codegen/kernels/AttentionOperands.h"
#include "codegen/kernels/AttentionStep.h"
#include "codegen/kernels/Exponential.h"
#include "codegen/kernels/Families.h"
#include "ir/Constants.h"

using namespace Halide;

namespace loup {
namespace {

constexpr int keysPerTile = 8;     // whose scores are summed up at once
constexpr int tilesPerSection = 8; // of keys, whose values stay in the fastest cache
constexpr int queriesPerTile = 4;  // whose results are summed up at once

class Attention {
public:
  Attention(AttentionOp op, const KernelBody &body)
      : op(op), operands(op, body), lanes(body.target().natural_vector_size<float>()) {
    defineWeights();
    defineSums();
    defineResults();
  }

  std::vector<Func> results() const { return {output, logSum}; }
  void schedule(Outputs outputs);

private:
  void defineWeights();
  void defineSums();
  void defineResults();
  void scheduleStrips(Func output);
  void scheduleSums(Func output);

  Expr query(const Expr &lane) const { return block * lanes + lane; }

  TiledRows keyRows(const char *name) const {
    Interval queries{query(0), min(query(lanes - 1), operands.queryCount() - 1)};
    return {operands.keyRowsOf(queries), operands.keyCount(), keysPerTile, name};
  }

  /// The arguments of what is computed for each block: these, then block, head and batch.
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

  AttentionOp op;
  AttentionOperands operands;
  int lanes;
  Var lane{"lane"}, block{"block"}, column{"column"}, key{"key_row"};
  TiledRows scored = keyRows("scored"), compared = keyRows("compared"),
            weighted = keyRows("weighted"), totalled = keyRows("totalled"),
            summed = keyRows("summed");
  RDom inner{0, operands.headWidth(), "inner"};

  Func queries{"queries"};   // a block of them, transposed
  Func keys{"keys"};         // a tile of them
  Func products{"products"}; // of queries and keys
  Func scores{"scores"};     // the strip
  Func largest{"largest"};   // score of each query
  Func weights{"weights"};   // the strip, before it is divided by `total`
  Func total{"total"};       // weight of each query
  Func visible{"visible"};   // all bits set in weights other than 0
  Func dropped{"dropped"};   // weights after dropout
  Func sums{"sums"};         // of weights times values
  Func inverse{"inverse"};   // of `total`, 0 for an empty row
  Func logTotal{"log_total"};
  Func output{"output"}, logSum{"log_sum"};
};

void Attention::defineWeights() {
  queries(vars(lane, column)) = operands.read(op.getQuery(), query(lane), column);
  keys(vars(column, key)) = operands.read(op.getKey(), key, column);
  products(vars(lane, key)) = 0.0f;
  products(vars(lane, key)) += queries(at(lane, inner)) * keys(at(inner, key));

  // Strips are written, and later read, only at keys that some query of the block may see.
  auto isAllowed = [&](const TiledRows &keys) {
    return operands.isAllowed(query(lane), keys.row());
  };
  scores(vars(lane, key)) = undef<float>();
  scores(at(lane, scored.row())) = select(
      isAllowed(scored),
      operands.score(products(at(lane, scored.row())), query(lane), scored.row()), hiddenScore);

  largest(vars(lane)) = hiddenScore;
  largest(vars(lane)) = max(largest(vars(lane)), scores(at(lane, compared.row())));

  weights(vars(lane, key)) = undef<float>();
  weights(at(lane, weighted.row())) =
      select(isAllowed(weighted),
             exponential(scores(at(lane, weighted.row())) - largest(vars(lane))), 0.0f);

  total(vars(lane)) = 0.0f;
  total(vars(lane)) = strict_float(total(vars(lane)) + weights(at(lane, totalled.row())));
}

void Attention::defineSums() {
  Expr weight = weights(at(lane, summed.row()));
  if (operands.hasDropout()) {
    dropped(vars(lane, key)) = operands.drop(weights(vars(lane, key)), query(lane), key);
    weight = dropped(at(lane, summed.row()));
  }
  // What a zero weight hides may be NaN.
  visible(vars(lane, key)) = select(strict_float(weights(vars(lane, key)) == 0.0f), 0, -1);
  Expr value = operands.read(op.getValue(), summed.row(), column);
  sums(vars(column, lane)) = 0.0f;
  sums(vars(column, lane)) += weight * masked(value, visible(at(lane, summed.row())));
}

void Attention::defineResults() {
  Expr weight = total(vars(lane));
  Expr isEmpty = strict_float(weight == 0.0f);
  inverse(vars(lane)) = select(isEmpty, 0.0f, strict_float(1.0f / weight));
  logTotal(vars(lane)) =
      select(isEmpty, hiddenScore, strict_float(largest(vars(lane)) + logarithm(weight)));

  // From blocks back to rows: the query axis stands before head and width.
  std::vector<Var> rows = operands.kernel().vars(op.getOutput().getType());
  Expr row = rows[2];
  auto ofRow = [&](std::vector<Expr> first) {
    first.insert(first.end(), {row % lanes, row / lanes});
    llvm::append_range(first, operands.outerVars());
    return first;
  };
  output(rows) = strict_float(sums(ofRow({rows[0]})) * inverse(ofRow({})));
  logSum(std::vector<Var>(rows.begin() + 1, rows.end())) = logTotal(ofRow({}));
}

void Attention::scheduleStrips(Func output) {
  queries.compute_at(output, block).vectorize(lane);
  scores.compute_at(output, block);
  scores.update().reorder(lane, scored.domain.x, scored.domain.y).vectorize(lane);
  scores.update().unroll(scored.domain.x);
  keys.compute_at(scores, scored.domain.y).vectorize(column, operands.widthLanes());
  keys.bound_extent(key, keysPerTile).unroll(column).unroll(key);
  products.compute_at(scores, scored.domain.y).bound_extent(key, keysPerTile);
  products.vectorize(lane).unroll(key);
  products.update().reorder(lane, key, inner).vectorize(lane).unroll(key).unroll(inner, 4);
  largest.compute_at(output, block).vectorize(lane);
  largest.update().vectorize(lane).unroll(compared.domain.x);
  weights.compute_at(output, block);
  weights.update().reorder(lane, weighted.domain.x, weighted.domain.y).vectorize(lane);
  weights.update().unroll(weighted.domain.x, 2);
  total.compute_at(output, block).vectorize(lane);
  total.update().vectorize(lane).unroll(totalled.domain.x);
  for (Func f : {inverse, logTotal})
    f.compute_at(output, block).vectorize(lane);
  for (Func f : {queries, products, scores, largest, weights, total, inverse, logTotal})
    f.bound(lane, 0, lanes).never_partition_all();
}

/// The results of some queries are summed up in registers, over a section of keys at a time.
void Attention::scheduleSums(Func output) {
  int columnLanes = operands.widthLanes();
  int columnsPerTile = columnLanes * operands.widthVectors(lanes < 16 ? 2 : 4);
  Var columnTile("column_tile"), queryTile("query_tile"), vector("vector");
  RVar section("section"), tile("tile");
  sums.compute_at(output, block).bound(lane, 0, lanes).vectorize(column, columnLanes);
  sums.update()
      .split(column, columnTile, column, columnsPerTile)
      .split(column, vector, column, columnLanes)
      .split(lane, queryTile, lane, queriesPerTile)
      .split(summed.domain.y, section, tile, tilesPerSection, TailStrategy::GuardWithIf)
      .reorder(column, vector, lane, summed.domain.x, tile, columnTile, queryTile, section)
      .vectorize(column)
      .unroll(vector)
      .unroll(lane)
      .unroll(summed.domain.x, 2);
  sums.never_partition_all();
  for (Func pairs : {visible, dropped})
    if (pairs.defined())
      pairs.compute_at(sums, section)
          .bound(lane, 0, lanes)
          .bound_storage(key, keysPerTile * tilesPerSection)
          .vectorize(lane)
          .never_partition_all();
}

void Attention::schedule(Outputs outputs) {
  Func main = outputs.front();
  operands.scheduleBlocks(main, op.getOutput().getType(), block, lane, lanes);
  for (Func other : outputs.drop_front()) {
    operands.scheduleBlocks(other, op.getLogSum().getType(), block, lane, lanes);
    other.compute_with(main, block);
  }
  scheduleStrips(main);
  scheduleSums(main);
}

} // namespace

void addAttention(KernelOps &ops) {
  ops.anchor<AttentionOp>([](AttentionOp op, const KernelBody &body) {
    if (axesOf(op.getQueries()).empty())
      return attentionStep(op, body);
    auto attention = std::make_shared<Attention>(op, body);
    return Anchor{attention->results(),
                  [attention](Outputs outputs) { attention->schedule(outputs); }};
  });
}

} // namespace loup
