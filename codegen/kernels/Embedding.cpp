// Rows of tables, and their gradients.
#include "codegen/kernels/Families.h"

using namespace Halide;

namespace loup {

/// Within the table, whatever was asked for: an index outside of it cannot reach other memory.
static Expr rowOf(mlir::Value indices, mlir::StringRef along, const KernelBody &body,
                  const Point &at) {
  return clamp(body.read(indices, at), 0, body.extent(along) - 1);
}

/// The gradient of the rows, added where each was looked up: in order, in parallel by columns.
static Anchor lookupGradient(LookupGradientOp op, const KernelBody &body) {
  mlir::Type type = op.getType();
  std::string along = op.getAlong().str();
  llvm::SmallVector<llvm::StringRef> summed; // innermost first
  for (mlir::StringAttr axis : llvm::reverse(axesOf(op.getIndices())))
    summed.push_back(axis);
  RDom looked = body.domain(summed, "looked");
  Point at = body.point(type);
  for (size_t i = 0; i < summed.size(); ++i)
    at = at.with(summed[i], looked[i]);

  Func gradient("gradient");
  gradient(body.vars(type)) = 0.0f;
  Point to = body.point(type).with(along, rowOf(op.getIndices(), along, body, at));
  std::vector<Expr> place = body.indices(type, to);
  // Columns come in whole vectors, which may reach over the last one.
  Axis columnAxis = namedAxes(type).back();
  int lanes = body.target().natural_vector_size<float>();
  if (columnAxis.size % lanes != 0)
    at = at.with(columnAxis.name,
                 min(at[columnAxis.name], static_cast<int32_t>(columnAxis.size) - 1));
  gradient(place) = strict_float(gradient(place) + body.read(op.getGradient(), at));

  auto schedule = [=, &body](Outputs outputs) mutable {
    Func output = single(outputs);
    Var column = output.args().front(), columns("columns");
    output.split(column, columns, column, lanes, TailStrategy::GuardWithIf).vectorize(column);
    std::vector<VarOrRVar> order = {column};
    for (size_t i = 1; i < output.args().size(); ++i)
      order.push_back(output.args()[i]);
    order.push_back(columns);
    output.reorder(order).parallel(columns);
    Var inner = body.vars(type).front();
    gradient.compute_at(output, columns).bound_extent(inner, lanes).vectorize(inner, lanes);
    std::vector<VarOrRVar> updateOrder = {inner};
    for (int i = 0; i < looked.dimensions(); ++i)
      updateOrder.push_back(looked[i]);
    gradient.update().reorder(updateOrder).vectorize(inner, lanes);
  };
  return {{gradient}, schedule};
}

void addEmbedding(KernelOps &ops) {
  ops.pointwise<LookupOp>([](LookupOp op, const KernelBody &body, const Point &at) {
    Expr row = rowOf(op.getIndices(), op.getAlong(), body, at);
    return body.read(op.getTable(), at.with(op.getAlong(), row));
  });
  ops.pointwise<RaggedLookupOp>([](RaggedLookupOp op, const KernelBody &body, const Point &at) {
    mlir::StringAttr boundary = axesOf(op.getOffsets()).front();
    Expr sequence = clamp(body.read(op.getSequences(), at), 0, body.extent(boundary) - 1);
    Expr row = body.read(op.getOffsets(), Point().with(boundary, sequence)) + at[op.getAxis()];
    return body.read(op.getTable(),
                     at.with(op.getAlong(), clamp(row, 0, body.extent(op.getAlong()) - 1)));
  });
  ops.anchor<LookupGradientOp>(lookupGradient);
}

} // namespace loup
