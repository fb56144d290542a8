// Attention in a step of decoding: each hypothesis has one query, and keys that lie wherever its
// ancestors put them. Vectors lie along a head's width, and along the keys for exponentials.
#include "codegen/kernels/AttentionStep.h"

#include "codegen/kernels/AttentionOperands.h"
#include "codegen/kernels/Exponential.h"
#include "ir/Constants.h"

using namespace Halide;

namespace loup {
namespace {

class AttentionStep {
public:
  AttentionStep(AttentionOp op, const KernelBody &body) : op(op), operands(op, body) {
    limitKeys();
    defineScores();
    defineWeights();
    defineResults();
  }

  std::vector<Func> results() const { return {output, logSum}; }
  void schedule(Func output);

private:
  void limitKeys();
  void defineScores();
  void defineWeights();
  void defineResults();

  /// Keys are taken in groups, the last of which may reach over the end.
  static constexpr int keysPerGroup = 8;
  Expr groupCount() const { return (operands.keyCount() + keysPerGroup - 1) / keysPerGroup; }

  AttentionOp op;
  AttentionOperands operands;
  int lanes = operands.widthLanes();
  Var lane{"lane"}, key{"key_row"}, inGroup{"in_group"}, column{"column"};
  RDom chunks{0, operands.headWidth() / lanes, "chunks"}, partials{0, lanes, "partials"};
  RDom scored{0, keysPerGroup, 0, groupCount(), "scored"};
  RDom compared{0, keysPerGroup, 0, groupCount(), "compared"};
  RDom weighed{0, keysPerGroup, 0, groupCount(), "weighed"};
  RDom groups{0, groupCount(), "groups"}, members{0, keysPerGroup, "members"};
  RDom summed{0, operands.keyCount(), "summed"};

  Func partial{"partial"};   // products of a query's and a key's elements, summed by lane
  Func products{"products"}; // of queries and keys
  Func scores{"scores"}, weights{"weights"};
  Func largest{"largest"}; // score
  Func groupTotals{"group_totals"}, total{"total"};
  Func sums{"sums"}; // of weights times values
  Func output{"output"}, logSum{"log_sum"};
};

/// Loops go over the keys that the hypothesis may see, by `size` of them.
void AttentionStep::limitKeys() {
  BlockRanges ranges = operands.keyRangesOf(0);
  auto limit = [&](RDom &domain, Expr place, int size) {
    Expr first = Int(32).max(), end = 0, isSeen = Internal::const_false();
    for (const RowRange &range : ranges.touched) {
      Expr begin = range.first / size, stop = (range.end + size - 1) / size;
      first = min(first, begin);
      end = max(end, stop);
      isSeen = isSeen || (place >= begin && place < stop);
    }
    domain.where(place >= first && place < end);
    if (ranges.touched.size() > 1)
      domain.where(isSeen);
  };
  for (RDom *domain : {&scored, &compared, &weighed})
    limit(*domain, domain->y, keysPerGroup);
  limit(groups, groups, keysPerGroup);
  limit(summed, summed, 1);
}

void AttentionStep::defineScores() {
  Expr element = chunks * lanes + lane;
  partial(operands.vars(lane, key)) = 0.0f;
  partial(operands.vars(lane, key)) +=
      operands.read(op.getQuery(), 0, element) * operands.read(op.getKey(), key, element);
  products(operands.vars(key)) = 0.0f;
  products(operands.vars(key)) += partial(operands.at(partials, key));
  // Written, and later read, only at keys that may be seen: those of one sentence, where the cache
  // holds the keys of all.
  Expr row = scored.y * keysPerGroup + scored.x;
  scores(operands.vars(key)) = undef<float>();
  scores(operands.at(row)) = select(
      operands.isAllowed(0, row), operands.score(products(operands.at(row)), 0, row), hiddenScore);
}

void AttentionStep::defineWeights() {
  largest(operands.vars()) = hiddenScore;
  largest(operands.vars()) =
      max(largest(operands.vars()), scores(operands.at(compared.y * keysPerGroup + compared.x)));
  Expr row = weighed.y * keysPerGroup + weighed.x;
  weights(operands.vars(key)) = undef<float>();
  weights(operands.at(row)) =
      select(operands.isAllowed(0, row),
             exponential(scores(operands.at(row)) - largest(operands.vars())), 0.0f);
  groupTotals(operands.vars(inGroup)) = 0.0f;
  groupTotals(operands.vars(inGroup)) = strict_float(
      groupTotals(operands.vars(inGroup)) + weights(operands.at(groups * keysPerGroup + inGroup)));
  total(operands.vars()) = 0.0f;
  total(operands.vars()) = strict_float(total(operands.vars()) + groupTotals(operands.at(members)));
}

void AttentionStep::defineResults() {
  // What a zero weight hides may be NaN.
  Expr weight = operands.drop(weights(operands.at(summed)), 0, summed);
  Expr value = operands.read(op.getValue(), summed, column);
  sums(operands.vars(column)) = 0.0f;
  sums(operands.vars(column)) += weight * select(strict_float(weight == 0.0f), 0.0f, value);

  Expr isEmpty = strict_float(total(operands.vars()) == 0.0f);
  std::vector<Var> elements = operands.kernel().vars(op.getOutput().getType());
  output(elements) = select(isEmpty, 0.0f, strict_float(sums(elements) / total(operands.vars())));
  logSum(operands.vars()) =
      select(isEmpty, hiddenScore,
             strict_float(largest(operands.vars()) + logarithm(total(operands.vars()))));
}

void AttentionStep::schedule(Func output) {
  operands.scheduleTerm();
  std::vector<Var> loops = output.args(); // head width, head, batch
  Var head = loops[1];
  output.vectorize(loops[0], lanes);
  for (size_t i = 1; i < loops.size(); ++i)
    output.parallel(loops[i]);

  // Each key's place is written once, which Halide does not see.
  for (auto [strip, domain] : {std::pair(scores, scored), {weights, weighed}})
    strip.compute_at(output, head).update().allow_race_conditions().vectorize(domain.x);
  products.compute_at(scores, scored.y).bound_extent(key, keysPerGroup).vectorize(key);
  products.update().atomic().vectorize(partials);
  partial.compute_at(products, key).vectorize(lane).update().vectorize(lane);
  largest.compute_at(output, head);
  largest.update().atomic().vectorize(compared.x);
  groupTotals.compute_at(output, head).vectorize(inGroup).update().vectorize(inGroup);
  total.compute_at(output, head).update().unroll(members);
  sums.compute_at(output, head).vectorize(column, lanes).unroll(column);
  sums.update().reorder(column, summed).vectorize(column, lanes).unroll(column);
}

} // namespace

Anchor attentionStep(AttentionOp op, const KernelBody &body) {
  auto step = std::make_shared<AttentionStep>(op, body);
  return {step->results(), [step](Outputs outputs) { step->schedule(single(outputs)); }};
}

} // namespace loup
