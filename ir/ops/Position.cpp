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

LogicalResult RotaryOp::verify() {
  Type input = getInput().getType(), encoding = getEncoding().getType();
  auto axes = namedAxes(input), encoded = namedAxes(encoding);
  if (axes.empty() || encoded.empty() || axes.back().name != encoded.back().name ||
      axes.back().isDynamic() || axes.back().size % 2 != 0)
    return emitOpError("expected both operands to end in the same axis of an even size, got ")
           << input << " and " << encoding;
  for (const Axis &axis : encoded)
    if (!hasAxis(input, axis.name))
      return emitOpError("expected the encoding's axes among the input's, got ")
             << encoding << " beside " << input;
  return success();
}

llvm::SmallVector<Value> RotaryOp::buildGradients(OpBuilder &builder, ValueRange gradients) {
  return {RotaryOp::create(builder, getLoc(), getType(), gradients[0], getEncoding(),
                           /*inverse=*/!getInverse()),
          Value()};
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
