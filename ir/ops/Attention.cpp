#include "ir/LoupOps.h"

using namespace mlir;

namespace loup {

/// Lengths are given exactly where the mask speaks of them.
static LogicalResult verifyLengths(Operation *op, MaskAttr mask, Value lengths) {
  bool needed = mask.needsLengths();
  if (needed == static_cast<bool>(lengths))
    return success();
  return op->emitOpError("expected ")
         << (needed ? "lengths" : "no lengths") << " with mask \"" << mask.getWords() << "\", got "
         << (needed ? "none" : "some");
}

LogicalResult MaskOp::verify() { return verifyLengths(*this, getMask(), getLengths()); }

llvm::SmallVector<Value> AddMaskOp::buildGradients(OpBuilder &, ValueRange gradients) {
  // Softmax's gradient by a hidden score is zero already: its result there is.
  return {gradients[0], Value()};
}

LogicalResult AttentionOp::verify() {
  auto query = axesOf(getQuery()), key = axesOf(getKey());
  if (query.size() < 3 || key.size() < 3 || query.take_back(2) != key.take_back(2))
    return emitOpError("expected query and key to end in the same head axes, got ")
           << getQuery().getType() << " and " << getKey().getType();
  if (axesOf(getLogSum()) != query.drop_back())
    return emitOpError("expected log_sum along the query's axes but the last, got ")
           << getLogSum().getType();
  if (static_cast<bool>(getDropoutKey()) != getRate().isNonZero())
    return emitOpError("expected a dropout key exactly where the rate is not zero");
  return verifyLengths(*this, getMask(), getLengths());
}

llvm::SmallVector<Value> AttentionOp::buildGradients(OpBuilder &builder, ValueRange gradients) {
  auto backward = AttentionGradientOp::create(
      builder, getLoc(), getQuery().getType(), getKey().getType(), getValue().getType(), getQuery(),
      getKey(), getValue(), getOutput(), getLogSum(), gradients[0], getMask(), getQueries(),
      getKeys(), getLengths(), getScaleAttr(), getRateAttr(), getDropoutKey(), getExamples());
  llvm::SmallVector<Value> result(getNumOperands());
  llvm::copy(backward.getResults(), result.begin());
  return result;
}

MaskAttr AttentionOp::getReach(unsigned operand, llvm::StringRef resultAxis,
                               llvm::StringRef operandAxis) {
  bool isKeyOrValue = operand == 1 || operand == 2;
  bool overMask =
      hasAxis(getQueries().getType(), resultAxis) && hasAxis(getKeys().getType(), operandAxis);
  return isKeyOrValue && overMask ? getMaskAttr() : MaskAttr();
}

} // namespace loup
