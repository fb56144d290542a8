#include "ir/LoupOps.h"

using namespace mlir;

namespace loup {

llvm::SmallVector<Axis> AlibiOp::getHeadAxes() {
  auto axes = namedAxes(getType());
  llvm::erase_if(axes, [&](const Axis &axis) {
    return hasAxis(getQueries().getType(), axis.name) || hasAxis(getKeys().getType(), axis.name);
  });
  return axes;
}

LogicalResult AlibiOp::verify() {
  auto heads = getHeadAxes();
  if (heads.size() == 1 && !heads.front().isDynamic())
    return success();
  return emitOpError("expected one axis, of a fixed size, besides those of queries and keys, got ")
         << getType();
}

} // namespace loup
