#include "ir/LoupOps.h"
#include "ir/ops/Visible.h"

using namespace mlir;

namespace loup {

LogicalResult ProductOp::verify() {
  Type left = getLeft().getType(), right = getRight().getType(), result = getResult().getType();
  for (auto [operand, other] : {std::pair(left, right), std::pair(right, left)})
    for (StringAttr axis : axesOf(operand))
      if (!hasAxis(result, axis) && !hasAxis(other, axis))
        return emitOpError("expected axis '")
               << axis.getValue() << "' in the result or in both operands, got it in one operand";
  for (StringAttr axis : axesOf(result))
    if (!hasAxis(left, axis) && !hasAxis(right, axis))
      return emitOpError("expected axis '")
             << axis.getValue() << "' of the result in an operand, got it in neither";
  return success();
}

llvm::SmallVector<Value> ProductOp::buildGradients(OpBuilder &builder, ValueRange gradients) {
  auto by = [&](Value operand, Value other) -> Value {
    return ProductOp::create(builder, getLoc(), operand.getType(), gradients[0], other,
                             getScaleAttr());
  };
  return {by(getLeft(), getRight()), by(getRight(), getLeft())};
}

MaskAttr ProductOp::getReach(unsigned operand, llvm::StringRef resultAxis,
                             llvm::StringRef operandAxis) {
  // A weighted sum reads no value whose weight the mask makes zero.
  Value other = operand == 0 ? getRight() : getLeft();
  return maskOfWeights(other, resultAxis, operandAxis);
}

LogicalResult SumOp::verify() {
  for (StringAttr axis : axesOf(getResult()))
    if (!hasAxis(getInput().getType(), axis))
      return emitOpError("expected axis '")
             << axis.getValue() << "' of the result in the input, got an input without it";
  return success();
}

} // namespace loup
