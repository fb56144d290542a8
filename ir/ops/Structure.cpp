#include "ir/LoupOps.h"

using namespace mlir;

namespace loup {

LogicalResult CallOp::verify() {
  size_t axes = getRagged() ? getRagged()->size() : 0;
  if (axes == getOffsets().size())
    return success();
  return emitOpError("expected offsets for each of ")
         << axes << " axes, got " << getOffsets().size();
}

} // namespace loup
