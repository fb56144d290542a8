// Sums of products: linear layers, scores, weighted sums and all their gradients.
//
// Each element is one chain `sum += row * column`, ascending over the summed axes: that has the
// same bits in whatever tile, and at whatever place of it, the element is computed.
#include "codegen/kernels/Families.h"
#include "codegen/kernels/ProductShape.h"

using namespace Halide;

namespace loup {
namespace {

/// An argument of the kernel, maybe under other axes: reading it costs nothing.
bool isInMemory(mlir::Value value) {
  while (mlir::Operation *op = value.getDefiningOp()) {
    if (!op->hasTrait<loup::View>())
      return false;
    value = op->getOperand(0);
  }
  return true;
}

/// Weights of keys, or gradients by scores: a zero hides what it would be multiplied by.
bool hides(mlir::Value rows) {
  return llvm::any_of(axesOf(rows), [](mlir::StringAttr axis) { return isKeyAxis(axis); });
}

/// The part of the outermost axis in one task.
constexpr int indicesPerTask = 4;

/// A summed index leads so far in memory from here on that what a tile reads is copied together.
constexpr int rowsApart = 512;

class Product {
public:
  Product(ProductOp op, const KernelBody &body)
      : body(body), type(op.getType()), scale(op.getScale().convertToFloat()), shape(op),
        tile(shape, body.target()) {
    defineOperands();
    defineSum();
  }

  Func result() const { return product; }
  void schedule(Func output);

private:
  void defineOperands();
  void defineSum();

  int64_t columnCount() const { return *axisSize(type, shape.column); }
  bool columnsFitTiles() const {
    return !mlir::ShapedType::isDynamic(columnCount()) && columnCount() % tile.columns() == 0;
  }
  bool hasStaticRows() const {
    return shape.row && !mlir::ShapedType::isDynamic(*axisSize(type, *shape.row));
  }

  void scheduleTile(Func output, Var loop);
  void schedulePanels(Func output, std::optional<Var> loop);
  void scheduleRows(Func output, std::optional<Var> loop);

  const KernelBody &body;
  mlir::Type type; // the result's
  float scale;
  ProductShape shape;
  ProductTile tile;

  // Columns come in panels, each as wide as a tile.
  Var lane{"lane"}, panel{"panel"};
  RDom domain;
  Func columns{"columns"}; // at (lane, summed..., panel, shared...)
  Func rows{"rows"};
  Func sum{"sum"}; // at (lane, panel, the result's other axes)
  Func product{"product"};
  bool packsColumns = false, stagesRows = false;
};

void Product::defineOperands() {
  // Panels are copied so that a column's vectors lie side by side, unless they do already.
  bool isDense = isInMemory(shape.columns) && axesOf(shape.columns).back() == shape.column;
  bool isReadOnce = !shape.shared.empty() || hasStaticRows();
  packsColumns = shape.row && !(isDense && columnsFitTiles() && isReadOnce);
  bool isApart = hasStaticRows() && *axisSize(type, *shape.row) > rowsApart;
  stagesRows = !isInMemory(shape.rows) || isApart;

  Expr index = panel * tile.columns() + lane;
  if (!columnsFitTiles())
    index = min(index, body.extent(shape.column) - 1);
  std::vector<Var> arguments = {lane};
  for (auto &axis : llvm::reverse(shape.summed))
    arguments.push_back(body.var(axis));
  arguments.push_back(panel);
  for (auto &axis : llvm::reverse(shape.shared))
    arguments.push_back(body.var(axis));
  Point at = body.point(shape.columns.getType()).with(shape.column, index);
  columns(arguments) = body.read(shape.columns, at);

  rows(body.vars(shape.rows.getType())) = body.read(shape.rows, body.point(shape.rows.getType()));
}

void Product::defineSum() {
  Point at = body.point(type);
  Point summedAt = at;
  llvm::SmallVector<llvm::StringRef> innermostFirst(llvm::reverse(shape.summed));
  domain = body.domain(innermostFirst, "summed");
  std::vector<Expr> columnAt = {lane};
  for (size_t i = 0; i < innermostFirst.size(); ++i) {
    summedAt = summedAt.with(innermostFirst[i], domain[i]);
    columnAt.push_back(domain[i]);
  }
  columnAt.push_back(panel);
  for (auto &axis : llvm::reverse(shape.shared))
    columnAt.push_back(body.var(axis));
  // A tile may reach over the last row.
  if (shape.row && !hasStaticRows())
    summedAt = summedAt.with(*shape.row, min(body.var(*shape.row), body.extent(*shape.row) - 1));

  std::vector<Var> vars = body.vars(type);
  Var column = vars.front();
  vars.erase(vars.begin());
  std::vector<Var> sumVars = {lane, panel};
  sumVars.insert(sumVars.end(), vars.begin(), vars.end());
  sum(sumVars) = 0.0f;
  Expr row = rows(body.indices(shape.rows.getType(), summedAt)), element = columns(columnAt);
  if (hides(shape.rows))
    element = select(strict_float(row == 0.0f), 0.0f, element); // 0 times NaN is NaN
  sum(sumVars) += row * element;

  std::vector<Expr> sumAt = {column % tile.columns(), column / tile.columns()};
  sumAt.insert(sumAt.end(), vars.begin(), vars.end());
  Expr value = sum(sumAt);
  if (scale != 1)
    value = strict_float(value * scale);
  product(body.vars(type)) = value;
}

/// Everything within a tile is unrolled, so that its sums are registers.
void Product::scheduleTile(Func output, Var loop) {
  sum.compute_at(output, loop).bound_extent(lane, tile.columns());
  sum.vectorize(lane, tile.lanes).unroll(lane);
  std::vector<VarOrRVar> order = {lane};
  if (shape.row) {
    Var row = body.var(*shape.row);
    sum.bound_extent(row, tile.rows).unroll(row);
    sum.update().unroll(row);
    order.push_back(row);
  }
  for (int i = 0; i < domain.dimensions(); ++i)
    order.push_back(domain[i]);
  sum.update().reorder(order).vectorize(lane, tile.lanes).unroll(lane);
}

/// Copies a panel, transposing squares of vectors if the columns' own vectors lie along a sum.
void Product::schedulePanels(Func output, std::optional<Var> loop) {
  columns.bound_extent(lane, tile.columns());
  if (loop)
    columns.compute_at(output, *loop);
  else
    columns.compute_root().parallel(panel);
  std::string innermost = axesOf(shape.columns).back().str();
  if (!llvm::is_contained(shape.summed, innermost)) {
    columns.vectorize(lane, tile.lanes);
    return;
  }
  Var along = body.var(innermost), inSquare("in_square"), laneInSquare("lane_in_square");
  columns.split(lane, lane, laneInSquare, tile.lanes)
      .split(along, along, inSquare, tile.lanes, TailStrategy::GuardWithIf)
      .reorder(inSquare, laneInSquare, along, lane)
      .vectorize(laneInSquare)
      .unroll(inSquare);
}

/// What the rows read is computed once, not again for every panel.
void Product::scheduleRows(Func output, std::optional<Var> loop) {
  Var inner = rows.args().front();
  if (loop && hasStaticRows() && inner.name() == *shape.row)
    rows.bound_extent(inner, tile.rows).vectorize(inner);
  else
    rows.vectorize(inner, tile.lanes, TailStrategy::GuardWithIf);
  if (loop)
    rows.compute_at(output, *loop);
  else
    rows.compute_root().parallel(rows.args().back());
}

void Product::schedule(Func output) {
  // The output's variables are the result's axes, maybe under other names.
  auto loopOf = [&](const std::string &axis) {
    auto axes = axesOf(type);
    size_t place = llvm::find_if(axes, [&](auto name) { return name == axis; }) - axes.begin();
    return output.args()[axes.size() - 1 - place];
  };
  Var rowTile("row_tile"), task("task");
  std::vector<VarOrRVar> order = {lane};
  output.split(loopOf(shape.column), panel, lane, tile.columns(),
               columnsFitTiles() ? TailStrategy::RoundUp : TailStrategy::GuardWithIf);
  if (shape.row) {
    Var row = loopOf(*shape.row);
    output.split(row, rowTile, row, tile.rows,
                 hasStaticRows() ? TailStrategy::ShiftInwards : TailStrategy::GuardWithIf);
    order.insert(order.end(), {row, rowTile});
  }
  for (auto &axis : llvm::reverse(shape.others))
    order.push_back(loopOf(axis));
  order.push_back(panel);
  for (auto &axis : llvm::reverse(shape.shared))
    order.push_back(loopOf(axis));

  Var tileLoop = shape.row ? rowTile : panel;
  std::optional<Var> packed, staged; // the loops around them
  if (!shape.shared.empty()) {
    // One product for each index of the shared axes.
    output.reorder(order);
    task = loopOf(shape.shared.front());
    packed = panel;
    staged = task;
  } else if (!shape.others.empty()) {
    // Many rows share all columns.
    Var outermost = loopOf(shape.others.front());
    output.split(outermost, task, outermost, indicesPerTask, TailStrategy::GuardWithIf);
    order.push_back(task);
    output.reorder(order);
    if (stagesRows)
      staged = task;
    else
      output.fuse(task, panel, task);
  } else if (hasStaticRows()) {
    // A gradient by weights.
    if (stagesRows) {
      std::swap(order[2], order[3]);
      output.reorder(order);
      task = rowTile;
      tileLoop = panel;
      staged = task;
    } else {
      output.reorder(order).fuse(rowTile, panel, task);
      tileLoop = task;
    }
  } else {
    // A step of decoding: few rows.
    output.reorder(order);
    task = panel;
    packed = panel;
  }
  output.parallel(task).vectorize(lane, tile.lanes).unroll(lane);
  scheduleTile(output, tileLoop);
  if (packsColumns)
    schedulePanels(output, packed);
  if (stagesRows)
    scheduleRows(output, staged);
}

} // namespace

void addProduct(KernelOps &ops) {
  ops.anchor<ProductOp>([](ProductOp op, const KernelBody &body) {
    auto product = std::make_shared<Product>(op, body);
    return Anchor{{product->result()},
                  [product](Outputs outputs) { product->schedule(single(outputs)); }};
  });
}

} // namespace loup
