#include "ir/LoupOps.h"

using namespace mlir;

namespace loup {

LogicalResult CrossEntropyOp::verify() {
  if (axesOf(getLabels()) != axesOf(getLosses()) ||
      axesOf(getLogits()).drop_back() != axesOf(getLosses()))
    return emitOpError("expected labels and losses along all axes of the logits but the last, got ")
           << getLabels().getType() << " and " << getLosses().getType() << " beside "
           << getLogits().getType();
  return success();
}

llvm::SmallVector<Value> CrossEntropyOp::buildGradients(OpBuilder &builder, ValueRange gradients) {
  llvm::SmallVector<Value> result(getNumOperands());
  result[0] = CrossEntropyGradientOp::create(builder, getLoc(), getLogits().getType(), getLogits(),
                                             getLabels(), gradients[0], getPositions(),
                                             getLengths(), getSmoothingAttr());
  return result;
}

} // namespace loup
