// softmax(scale * query key + mask) times values, without a tensor of [query, key].
//
// Queries are taken in blocks of as many as a vector has lanes: one query a lane. A strip of scores
// [tile of keys, lane] is kept for each block, so that sums over keys are chains in ascending
// order, whose bits depend neither on the other queries nor on keys that the mask hides.
#include "codegen/kernels/AttentionOperands.h"
#include "codegen/kernels/AttentionStep.h"
#include "codegen/kernels/Exponential.h"
#include "codegen/kernels/Families.h"
#include "codegen/kernels/FiniteRows.h"
#include "codegen/kernels/LaneRows.h"
#include "codegen/kernels/WalkedTiles.h"
#include "ir/Constants.h"

using namespace Halide;

namespace loup {
namespace {

constexpr int keysPerTile = 8;     // whose scores are summed up at once
constexpr int tilesPerSection = 8; // of keys: their values stay in the fastest cache
constexpr int queriesPerTile = 4;  // whose results are summed up at once

class Attention {
public:
  Attention(AttentionOp op, const KernelBody &body)
      : op(op), operands(op, body), lanes(body.target().natural_vector_size<float>()) {
    defineScores();
    defineWeights();
    defineSums();
    defineResults();
  }

  std::vector<Func> results() const { return {output, logSum}; }
  void schedule(Outputs outputs);

private:
  void defineScores();
  void defineWeights();
  void defineSums();
  void defineResults();
  void scheduleStrips(Func output);
  void scheduleSums(Func output);

  Expr query(const Expr &lane) const { return block * lanes + lane; }

  /// Of what is computed for each block.
  template <class... First> std::vector<Var> vars(const First &...first) const {
    return operands.vars(first..., block);
  }
  template <class... First> std::vector<Expr> at(const First &...first) const {
    return operands.at(first..., block);
  }

  AttentionOp op;
  AttentionOperands operands;
  int lanes;
  Var lane{"lane"}, block{"block"}, column{"column"}, inTile{"in_tile"}, slot{"slot"};
  Var inSection{"in_section"}, section{"section"}; // of tiles
  RDom inner{0, operands.headWidth(), "inner"};
  WalkedTiles tiles{operands.keyRangesOf(query(0)), operands.keyCount(), keysPerTile,
                    tilesPerSection};
  FiniteRows rows{operands, {op.getKey(), op.getValue()}, "rows"};
  LaneRows queries{
      operands, [this](Expr row, Expr column) { return operands.read(op.getQuery(), row, column); },
      lanes, block, "queries"};
  RDom scored = tiles.sections("scored"), tested = tiles.sections("tested", WalkedTiles::Partial),
       compared = tiles.sections("compared"), weighted = tiles.sections("weighted"),
       totalled = tiles.sections("totalled"),
       made = tiles.places(tiles.slot(inSection, section), "made"),
       summed = tiles.sections("summed");
  RDom chains{0, keysPerTile, "chains"};

  Func products{"products"};                        // of queries and keys
  Func scores{"scores"};                            // the strip
  Func largestOf{"largest_of"}, largest{"largest"}; // score of each query
  Func weights{"weights"};                          // the strip, before it is divided by `total`
  Func totalOf{"total_of"}, total{"total"};         // weight of each query
  Func dropped{"dropped"};                          // weights after dropout
  Func sums{"sums"};                                // of weights times values
  Func inverse{"inverse"};                          // of `total`, 0 for an empty row
  Func logTotal{"log_total"};
  Func output{"output"}, logSum{"log_sum"};
};

void Attention::defineScores() {
  products(vars(lane, inTile, slot)) = 0.0f;
  products(vars(lane, inTile, slot)) +=
      queries(lane, inner) * rows(0, tiles.row(inTile, slot), inner);

  scores(vars(lane, inTile, slot)) = undef<float>();
  Expr key = tiles.row(scored.x, tiles.slot(scored));
  scores(at(lane, scored.x, tiles.slot(scored))) = strict_float(
      operands.score(products(at(lane, scored.x, tiles.slot(scored))), query(lane), key) +
      rows.mark(key));
  scores(at(lane, tested.x, tiles.slot(tested))) =
      select(operands.isAllowed(query(lane), tiles.row(tested.x, tiles.slot(tested))),
             scores(at(lane, tested.x, tiles.slot(tested))), hiddenScore);
}

void Attention::defineWeights() {
  // Above what is hidden: no hidden key has a weight, even if there are no others.
  largestOf(vars(lane, inTile)) = hiddenScore / 2;
  largestOf(at(lane, compared.x)) =
      max(largestOf(at(lane, compared.x)), scores(at(lane, compared.x, tiles.slot(compared))));
  largest(vars(lane)) = hiddenScore / 2;
  largest(vars(lane)) = max(largest(vars(lane)), largestOf(at(lane, chains)));

  weights(vars(lane, inTile, slot)) = undef<float>();
  weights(at(lane, weighted.x, tiles.slot(weighted))) =
      exponential(scores(at(lane, weighted.x, tiles.slot(weighted))) - largest(vars(lane)));

  totalOf(vars(lane, inTile)) = 0.0f;
  totalOf(at(lane, totalled.x)) = strict_float(totalOf(at(lane, totalled.x)) +
                                               weights(at(lane, totalled.x, tiles.slot(totalled))));
  total(vars(lane)) = 0.0f;
  total(vars(lane)) = strict_float(total(vars(lane)) + totalOf(at(lane, chains)));
}

void Attention::defineSums() {
  Expr weight = weights(at(lane, summed.x, tiles.slot(summed)));
  if (operands.hasDropout()) {
    Expr slot = tiles.slot(inSection, section);
    dropped(vars(lane, inTile, inSection, section)) = undef<float>();
    dropped(at(lane, made.x, inSection, section)) =
        operands.drop(weights(at(lane, made.x, slot)), query(lane), tiles.row(made.x, slot));
    weight = dropped(at(lane, summed.x, summed.y, summed.z));
  }
  sums(vars(column, lane)) = 0.0f;
  sums(vars(column, lane)) += weight * rows(1, tiles.row(summed.x, tiles.slot(summed)), column);
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
  output(rows) = strict_float(sums(operands.at(rows[0], row % lanes, row / lanes)) *
                              inverse(operands.at(row % lanes, row / lanes)));
  logSum(std::vector<Var>(rows.begin() + 1, rows.end())) =
      logTotal(operands.at(row % lanes, row / lanes));
}

void Attention::scheduleStrips(Func output) {
  queries.computeAt(output, block);
  scores.compute_at(output, block);
  scores.update(0).reorder(lane, scored.x, scored.y, scored.z).vectorize(lane).unroll(scored.x);
  scores.update(1).reorder(lane, tested.x, tested.y, tested.z).vectorize(lane).unroll(tested.x, 2);
  products.compute_at(scores, scored.y).bound_extent(inTile, keysPerTile);
  products.vectorize(lane).unroll(inTile);
  products.update().reorder(lane, inTile, inner).vectorize(lane).unroll(inTile).unroll(inner, 4);
  weights.compute_at(output, block);
  weights.update()
      .reorder(lane, weighted.x, weighted.y, weighted.z)
      .vectorize(lane)
      .unroll(weighted.x, 2);
  for (auto [chained, domain] : {std::pair(largestOf, compared), std::pair(totalOf, totalled)}) {
    chained.compute_at(output, block).vectorize(lane).unroll(inTile);
    chained.update().reorder(lane, domain.x, domain.y, domain.z).vectorize(lane).unroll(domain.x);
  }
  for (Func whole : {largest, total})
    whole.compute_at(output, block).vectorize(lane).update().vectorize(lane).unroll(chains);
  for (Func f : {inverse, logTotal})
    f.compute_at(output, block).vectorize(lane);
  for (Func f : {products, scores, largestOf, largest, weights, totalOf, total, inverse, logTotal})
    f.bound(lane, 0, lanes).never_partition_all();
}

/// The results of some queries are summed up in registers, over a section of keys at a time.
void Attention::scheduleSums(Func output) {
  int columnLanes = operands.widthLanes();
  int columnsPerTile =
      columnLanes * operands.vectorsAlong(operands.headWidth(), lanes < 16 ? 2 : 4);
  Var columnTile("column_tile"), queryTile("query_tile"), vector("vector");
  sums.compute_at(output, block).bound(lane, 0, lanes).vectorize(column, columnLanes);
  sums.update()
      .split(column, columnTile, column, columnsPerTile)
      .split(column, vector, column, columnLanes)
      .split(lane, queryTile, lane, queriesPerTile)
      .reorder(column, vector, lane, summed.x, summed.y, columnTile, queryTile, summed.z)
      .vectorize(column)
      .unroll(vector)
      .unroll(lane)
      .unroll(summed.x, 2);
  sums.never_partition_all();
  if (dropped.defined()) {
    dropped.compute_at(sums, summed.z)
        .bound_storage(inSection, tilesPerSection)
        .bound(lane, 0, lanes);
    dropped.update().reorder(lane, made.x, inSection, section).vectorize(lane).unroll(made.x, 2);
    dropped.never_partition_all();
  }
}

void Attention::schedule(Outputs outputs) {
  operands.scheduleTerm();
  Func main = outputs.front();
  operands.scheduleBlocks(main, op.getOutput().getType(), block, lane, lanes);
  for (Func other : outputs.drop_front()) {
    operands.scheduleBlocks(other, op.getLogSum().getType(), block, lane, lanes);
    other.compute_with(main, block);
  }
  rows.computeAt(main, main.args()[1]);
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
