#include "ir/LoupOps.h"

using namespace mlir;

namespace loup {

LogicalResult SinusoidOp::verify() {
  auto axes = namedAxes(getResult().getType());
  if (axes.empty() || axes.back().isDynamic() || axes.back().size % 2 != 0)
    return emitOpError("expected a result whose last axis has an even size, got ")
           << getResult().getType();
  return success();
}

LogicalResult ShiftRightOp::verify() {
  if (hasAxis(getInput().getType(), getAxis()))
    return success();
  return emitOpError("expected an input with axis '")
         << getAxis() << "', got " << getInput().getType();
}

MaskAttr ShiftRightOp::getReach(unsigned, llvm::StringRef resultAxis, llvm::StringRef operandAxis) {
  if (resultAxis != getAxis() || operandAxis != getAxis())
    return {};
  return MaskAttr::get(getContext(), "k == q - 1");
}

} // namespace loup
