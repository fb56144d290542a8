// Elements that are zeroed at random.
#include "codegen/kernels/DropoutHash.h"
#include "codegen/kernels/Families.h"

using namespace Halide;

namespace loup {

void addDropout(KernelOps &ops) {
  ops.pointwise<DropoutOp>([](DropoutOp op, const KernelBody &body, const Point &at) {
    std::vector<Expr> coordinates;
    for (mlir::Value coordinate : op.getCoordinates())
      coordinates.push_back(body.read(coordinate, at));
    Expr column;
    for (mlir::StringAttr axis : axesOf(op.getInput())) {
      bool isCoordinate = llvm::any_of(op.getCoordinates(), [&](mlir::Value coordinate) {
        return hasAxis(coordinate.getType(), axis);
      });
      if (!isCoordinate)
        column = column.defined() ? column * body.extent(axis) + at[axis] : at[axis];
    }
    if (column.defined())
      coordinates.push_back(column);
    float rate = op.getRate().convertToFloat();
    Expr kept = dropoutKeeps(body.read(op.getKey(), at), coordinates, rate);
    return select(kept, body.read(op.getInput(), at) * dropoutScale(rate), 0.0f);
  });
}

} // namespace loup
