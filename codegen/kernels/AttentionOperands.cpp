#include "codegen/kernels/AttentionOperands.h"

#include "codegen/kernels/DropoutHash.h"
#include "codegen/kernels/WalkedTiles.h"

#include <type_traits>

using namespace Halide;
using mlir::Value;

namespace loup {

static bool isCounted(Value positions) { return positions.getDefiningOp<PositionsOp>(); }

/// None where positions are data.
static std::optional<Differences> differences(Value queries, Value keys, const KernelBody &body) {
  constexpr int spare = 64; // rows that tiles and lanes may reach over the last one
  if (!isCounted(keys))
    return std::nullopt;
  Expr keyCount = body.extent(axesOf(keys).front()) + spare;
  if (axesOf(queries).empty()) {
    Expr query = body.read(queries, Point());
    return Differences{query - keyCount, query};
  }
  if (!isCounted(queries))
    return std::nullopt;
  return Differences{-keyCount, body.extent(axesOf(queries).front()) + spare};
}

template <class Op>
AttentionOperands::AttentionOperands(Op op, const KernelBody &body)
    : body(body), queryType(op.getQuery().getType()), scale(op.getScale().convertToFloat()),
      rate(op.getRate().convertToFloat()), queries(op.getQueries()), keys(op.getKeys()),
      present(op.getPresent()), queryDocuments(op.getQueryDocuments()),
      keyDocuments(op.getKeyDocuments()), dropoutKey(op.getDropoutKey()),
      examples(op.getExamples()), set(op.getMask().allowed()), blocks(op.getBlocks()),
      keyBounds(op.getKeyBoundsAttr()), allowed(op, body, body.point(queryType)),
      term(op, body, differences(queries, keys, body)) {
  auto axes = axesOf(queryType);
  widthAxis = axes.back().str();
  headAxis = axes[axes.size() - 2].str();
  width = static_cast<int>(*axisSize(queryType, widthAxis));
  keyAxis = axesOf(keys).back().str();
  if (!axesOf(queries).empty())
    queryAxis = axesOf(queries).back().str();
  if constexpr (std::is_same_v<Op, AttentionGradientOp>)
    queryBounds = op.getQueryBoundsAttr();
}

template AttentionOperands::AttentionOperands(AttentionOp, const KernelBody &);
template AttentionOperands::AttentionOperands(AttentionGradientOp, const KernelBody &);

Expr AttentionOperands::queryCount() const { return queryAxis ? body.extent(*queryAxis) : 1; }

int AttentionOperands::lanesAlong(int columns) const {
  int lanes = body.target().natural_vector_size<float>();
  while (columns % lanes != 0)
    lanes /= 2;
  return lanes;
}

int AttentionOperands::vectorsAlong(int columns, int most) const {
  while (columns / lanesAlong(columns) % most != 0)
    --most;
  return most;
}

std::vector<Var> AttentionOperands::outerVars() const {
  std::vector<Var> result;
  for (mlir::StringAttr axis : llvm::reverse(axesOf(queryType)))
    if (axis != widthAxis && axis != queryAxis)
      result.push_back(body.var(axis));
  return result;
}

/// Bounds are spelt out so that Halide sees where the loops of two results are the same.
void AttentionOperands::scheduleBlocks(Func output, mlir::Type type, Var block, Var lane,
                                       int lanes) const {
  std::vector<Var> vars = output.args();
  for (auto [var, axis] : llvm::zip_equal(vars, llvm::reverse(axesOf(type))))
    output.bound(var, 0, body.extent(axis));
  const Axis last = namedAxes(type).back();
  bool hasColumns = last.name != headAxis;
  if (hasColumns)
    output.vectorize(vars.front(), lanesAlong(static_cast<int>(last.size)));
  size_t head = hasColumns ? 1 : 0, row = head + 1;
  output.split(vars[row], block, lane, lanes, TailStrategy::GuardWithIf);
  std::vector<VarOrRVar> order(vars.begin(), vars.begin() + head);
  order.insert(order.end(), {lane, block, vars[head]});
  output.reorder(order).parallel(vars[head]).never_partition_all();
  for (size_t batch = row + 1; batch < vars.size(); ++batch)
    output.parallel(vars[batch]);
}

Expr AttentionOperands::read(Value value, Expr row, Expr column) const {
  Point at;
  for (mlir::StringAttr axis : axesOf(value)) {
    if (axis == widthAxis)
      at = at.with(axis, column);
    else if (axis == keyAxis || axis == queryAxis)
      at = at.with(axis, rowWithin(row, body.extent(axis)));
    else
      at = at.with(axis, body.var(axis));
  }
  return body.read(value, at);
}

Expr AttentionOperands::position(Value positions, Expr row) const {
  return isCounted(positions) ? row : read(positions, row);
}

Expr AttentionOperands::isAllowed(Expr queryRow, Expr keyRow) const {
  Expr result = queryRow < queryCount() && keyRow < keyCount() &&
                allowed.contains(position(queries, queryRow), position(keys, keyRow),
                                 present ? read(present, keyRow) : Expr());
  if (queryDocuments)
    result = result && isSameDocument(read(queryDocuments, queryRow), read(keyDocuments, keyRow));
  return result;
}

Expr AttentionOperands::score(Expr product, Expr queryRow, Expr keyRow) const {
  Expr scaled = strict_float(product * scale);
  if (!term.exists())
    return scaled;
  return strict_float(scaled + term(position(queries, queryRow), position(keys, keyRow)));
}

Expr AttentionOperands::bucket(Expr queryRow, Expr keyRow) const {
  return term.bucket(position(queries, queryRow), position(keys, keyRow));
}

Expr AttentionOperands::byProduct(Expr byScore) const { return strict_float(byScore * scale); }

Expr AttentionOperands::drop(Expr value, Expr queryRow, Expr keyRow) const {
  if (!hasDropout())
    return value;
  Expr isKept = dropoutKeeps(body.read(dropoutKey, Point()),
                             {read(examples, queryRow), body.var(headAxis),
                              position(queries, queryRow), position(keys, keyRow)},
                             rate);
  return select(isKept, strict_float(value * dropoutScale(rate)), 0.0f);
}

/// What of the ranges of `size` rows from `first` on lies in their documents: from the start of the
/// first row's up to the end of the last row's, and full within both. What is of none comes last.
BlockRanges AttentionOperands::withinDocuments(BlockRanges ranges, const Expr &first,
                                               int size) const {
  // No promise bounds a row here: simplified, it would keep Halide from making loops of the ranges.
  // Where there are no rows Halide learns that none is read.
  auto at = [&](Value data, const Expr &row) {
    Point place = body.point(data.getType());
    return body.read(data, place.with(axesOf(data).back(), row));
  };
  auto begin = [&](const Expr &row) {
    return select(at(queryDocuments, row) < 0, queryCount(), row - at(queries, row));
  };
  auto end = [&](const Expr &row) {
    Expr document = at(queryDocuments, row);
    return select(document < 0, row, document);
  };
  Expr last = max(min(first + size, queryCount()) - 1, first);
  for (RowRange &range : ranges.touched)
    range = {max(range.first, begin(first)), min(range.end, end(last))};
  for (RowRange &range : ranges.full)
    range = {max(range.first, begin(last)), min(range.end, end(first))};
  return ranges;
}

BlockRanges AttentionOperands::rangesOf(const MaskBounds &bounds, Value positions,
                                        const Expr &first, int size) const {
  Expr block = (queryDocuments ? first : position(positions, first)) / size;
  BlockRanges ranges = allowed.rangesOf(bounds, block, queryCount(), keyCount());
  return queryDocuments ? withinDocuments(ranges, block * size, size) : ranges;
}

BlockRanges AttentionOperands::keyRangesOf(const Expr &firstQuery) const {
  if (!keyBounds)
    return {{{0, keyCount()}}, {}};
  int32_t size = static_cast<int32_t>(keyBounds.getSize());
  return rangesOf(MaskBounds::onKeys(set, size, *blocks), queries, firstQuery, size);
}

BlockRanges AttentionOperands::queryRangesOf(const Expr &firstKey) const {
  if (!queryBounds)
    return {{{0, queryCount()}}, {}};
  int32_t size = static_cast<int32_t>(queryBounds.getSize());
  return rangesOf(MaskBounds::onQueries(set, size, *blocks), keys, firstKey, size);
}

} // namespace loup
