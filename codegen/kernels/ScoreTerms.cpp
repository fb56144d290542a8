#include "codegen/kernels/ScoreTerms.h"

#include "codegen/kernels/ConstantTable.h"
#include "codegen/kernels/Families.h"

#include <bit>
#include <cmath>

using namespace Halide;

namespace loup {

/// 2^(-8 / n), its square, ... for a power of two; for others those of the last one before, then
/// every other of the next.
static std::vector<double> alibiSlopes(int64_t heads) {
  auto before = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(heads)));
  auto slope = [](int64_t place, int64_t count) {
    return std::exp2(-8.0 * static_cast<double>(place) / static_cast<double>(count));
  };
  std::vector<double> slopes;
  for (int64_t i = 1; i <= before; ++i)
    slopes.push_back(slope(i, before));
  for (int64_t i = 1; static_cast<int64_t>(slopes.size()) < heads; i += 2)
    slopes.push_back(slope(i, 2 * before));
  return slopes;
}

/// -slope[head] * |query - key|, of so many heads.
static Expr alibi(int64_t heads, Expr head, Expr query, Expr key) {
  std::vector<double> values = alibiSlopes(heads);
  auto slopes =
      constantTable<float>("slopes", static_cast<int>(heads), [&](int i) { return values[i]; });
  return strict_float(-slopes(head) * cast<float>(abs(query - key)));
}

/// The row of a table for a query's and a key's position.
static Expr bucketOf(BucketsAttr buckets, Expr query, Expr key) {
  Expr distance = buckets.getOneSided() ? max(query - key, 0) : cast<int32_t>(abs(query - key));
  Expr row = 0;
  for (auto [place, first] : llvm::enumerate(buckets.getFirstDistances()))
    row = select(distance >= static_cast<int32_t>(first), static_cast<int32_t>(place), row);
  if (buckets.getOneSided())
    return row;
  return select(key > query, row + static_cast<int32_t>(buckets.getCountOfSide()), row);
}

static Axis headOf(mlir::Value query) {
  auto axes = namedAxes(query.getType());
  return axes[axes.size() - 2];
}

template <class Op>
ScoreTerm::ScoreTerm(Op op, const KernelBody &body, std::optional<Differences> known)
    : body(body), known(std::move(known)), isAlibi(op.getAlibi()), buckets(op.getBucketsAttr()),
      table(op.getTable()), head(headOf(op.getQuery())) {
  if (!exists() || !this->known)
    return;
  Var difference("difference");
  if (buckets)
    rows(difference) = bucketOf(buckets, difference, 0);
  terms(difference, body.var(head.name)) = evaluate(difference, 0);
}

template ScoreTerm::ScoreTerm(AttentionOp, const KernelBody &, std::optional<Differences>);
template ScoreTerm::ScoreTerm(AttentionGradientOp, const KernelBody &, std::optional<Differences>);

Expr ScoreTerm::evaluate(Expr query, Expr key) const {
  Expr headVar = body.var(head.name);
  if (isAlibi)
    return alibi(head.size, headVar, query, key);
  Point at;
  at = at.with(axesOf(table).front(), bucket(query, key)).with(head.name, headVar);
  return body.read(table, at);
}

Expr ScoreTerm::difference(Expr query, Expr key) const {
  return unsafe_promise_clamped(query - key, known->least, known->most);
}

Expr ScoreTerm::operator()(Expr query, Expr key) const {
  return known ? terms(difference(query, key), body.var(head.name)) : evaluate(query, key);
}

Expr ScoreTerm::bucket(Expr query, Expr key) const {
  int count = static_cast<int>(buckets.getCount());
  return known ? clamp(rows(difference(query, key)), 0, count - 1) : bucketOf(buckets, query, key);
}

void ScoreTerm::schedule() {
  for (Func made : {rows, terms})
    if (made.defined())
      made.compute_root().vectorize(made.args().front(),
                                    body.target().natural_vector_size<float>());
}

void addScoreTerms(KernelOps &ops) {
  ops.pointwise<AlibiOp>([](AlibiOp op, const KernelBody &body, const Point &at) {
    Axis head = op.getHeadAxes().front();
    return alibi(head.size, at[head.name], body.read(op.getQueries(), at),
                 body.read(op.getKeys(), at));
  });

  ops.pointwise<RelativeBucketOp>([](RelativeBucketOp op, const KernelBody &body, const Point &at) {
    return bucketOf(op.getBuckets(), body.read(op.getQueries(), at), body.read(op.getKeys(), at));
  });
}

} // namespace loup
