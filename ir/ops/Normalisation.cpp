#include "ir/LoupOps.h"

using namespace mlir;

namespace loup {

LogicalResult LayerNormOp::verify() {
  if (axesOf(getWeight()) == axesOf(getInput()).take_back(1))
    return success();
  return emitOpError("expected a weight along the input's last axis, got ")
         << getWeight().getType() << " beside " << getInput().getType();
}

llvm::SmallVector<Value> LayerNormOp::buildGradients(OpBuilder &builder, ValueRange gradients) {
  Value input = LayerNormGradientOp::create(builder, getLoc(), getType(), getInput(), getWeight(),
                                            gradients[0], getEpsilonAttr());
  auto parameters = LayerNormParameterGradientOp::create(builder, getLoc(), getWeight().getType(),
                                                         getBias().getType(), getInput(),
                                                         gradients[0], getEpsilonAttr());
  return {input, parameters.getWeightGradient(), parameters.getBiasGradient()};
}

} // namespace loup
