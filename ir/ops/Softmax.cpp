#include "ir/LoupOps.h"
#include "ir/ops/Visible.h"

using namespace mlir;

namespace loup {

llvm::SmallVector<Value> SoftmaxOp::buildGradients(OpBuilder &builder, ValueRange gradients) {
  return {SoftmaxGradientOp::create(builder, getLoc(), getType(), getResult(), gradients[0])};
}

MaskAttr SoftmaxOp::getReach(unsigned, llvm::StringRef resultAxis, llvm::StringRef operandAxis) {
  // The row is normalised over all that is visible in it.
  if (operandAxis != axesOf(getInput()).back())
    return {};
  if (resultAxis == operandAxis)
    return MaskAttr::get(getContext(), "k >= 0");
  return maskOfScores(getInput(), resultAxis, operandAxis);
}

} // namespace loup
