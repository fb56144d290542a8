#include "ir/LoupOps.h"

using namespace mlir;

namespace loup {

static bool covers(Type whole, Type part) {
  return llvm::all_of(axesOf(part), [&](StringAttr axis) { return hasAxis(whole, axis); });
}

LogicalResult AddOp::verify() {
  if (covers(getLeft().getType(), getRight().getType()))
    return success();
  return emitOpError("expected the second operand's axes among the first's, got ")
         << getRight().getType() << " beside " << getLeft().getType();
}

llvm::SmallVector<Value> AddOp::buildGradients(OpBuilder &builder, ValueRange gradients) {
  Value right = gradients[0];
  if (axesOf(getRight()).size() < axesOf(getLeft()).size())
    right = SumOp::create(builder, getLoc(), getRight().getType(), right);
  return {gradients[0], right};
}

llvm::SmallVector<Value> ScaleOp::buildGradients(OpBuilder &builder, ValueRange gradients) {
  return {ScaleOp::create(builder, getLoc(), getType(), gradients[0], getFactorAttr())};
}

llvm::SmallVector<Value> ReluOp::buildGradients(OpBuilder &builder, ValueRange gradients) {
  return {ReluGradientOp::create(builder, getLoc(), getType(), getResult(), gradients[0])};
}

llvm::SmallVector<Value> GeluOp::buildGradients(OpBuilder &builder, ValueRange gradients) {
  return {GeluGradientOp::create(builder, getLoc(), getType(), getInput(), gradients[0])};
}

LogicalResult DropoutOp::verify() {
  float rate = getRate().convertToFloat();
  if (!(rate >= 0 && rate < 1))
    return emitOpError("expected a rate in [0, 1), got ") << rate;
  for (Value coordinate : getCoordinates())
    if (!covers(getInput().getType(), coordinate.getType()))
      return emitOpError("expected coordinates along the input's axes, got ")
             << coordinate.getType() << " beside " << getInput().getType();
  return success();
}

llvm::SmallVector<Value> DropoutOp::buildGradients(OpBuilder &builder, ValueRange gradients) {
  llvm::SmallVector<Value> result(getNumOperands());
  result[0] = DropoutOp::create(builder, getLoc(), getType(), gradients[0], getRateAttr(), getKey(),
                                getCoordinates());
  return result;
}

} // namespace loup
