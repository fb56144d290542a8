#include "codegen/kernels/ProductShape.h"

#include <algorithm>

namespace loup {

ProductShape::ProductShape(ProductOp op) {
  mlir::Type result = op.getResult().getType();
  column = axesOf(result).back().str();
  bool columnsAreRight = hasAxis(op.getRight().getType(), column);
  rows = columnsAreRight ? op.getLeft() : op.getRight();
  columns = columnsAreRight ? op.getRight() : op.getLeft();
  for (mlir::StringAttr axis : axesOf(result).drop_back())
    (hasAxis(columns.getType(), axis) ? shared : others).push_back(axis.str());
  if (!others.empty()) {
    row = others.back();
    others.pop_back();
  }
  for (mlir::StringAttr axis : axesOf(op.getLeft()))
    if (!hasAxis(result, axis))
      summed.push_back(axis.str());
}

/// Of what one axis must be cut into, the most vectors at once that waste the fewest.
static int chooseVectors(int64_t size, int lanes, int most) {
  int needed = static_cast<int>((size + lanes - 1) / lanes), best = 1;
  auto computed = [&](int vectors) { return (needed + vectors - 1) / vectors * vectors; };
  for (int vectors = 2; vectors <= most; ++vectors)
    if (computed(vectors) <= computed(best))
      best = vectors;
  return best;
}

ProductTile::ProductTile(const ProductShape &shape, const Halide::Target &target) {
  lanes = target.natural_vector_size<float>();
  // Besides sums, a column's vectors and one element of a row are in registers.
  bool fewRegisters = target.arch == Halide::Target::X86 && lanes < 16;
  int64_t size = *axisSize(shape.columns.getType(), shape.column);
  int64_t height = shape.row ? *axisSize(shape.rows.getType(), *shape.row) : 1;
  bool isDynamic = mlir::ShapedType::isDynamic(height);
  // Of rows whose number is not known, the last tile is partly idle: it is kept low.
  int sums = fewRegisters ? 12 : isDynamic ? 16 : 24;
  int most = fewRegisters ? 3 : isDynamic ? 4 : 2;
  vectors = mlir::ShapedType::isDynamic(size) ? 2 : chooseVectors(size, lanes, most);
  rows = !isDynamic ? sums / vectors : 8 * vectors <= sums ? 8 : 4;
  if (!isDynamic)
    rows = static_cast<int>(std::min<int64_t>({rows, 12, height}));
}

} // namespace loup
