#include "ir/LoupOps.h"

using namespace mlir;

namespace loup {

/// `merged` with its last axis split in two is `split`.
static LogicalResult verifyHeads(Operation *op, Type merged, Type split) {
  auto whole = namedAxes(merged), parts = namedAxes(split);
  bool sameRest =
      parts.size() == whole.size() + 1 && axesOf(merged).drop_back() == axesOf(split).drop_back(2);
  if (sameRest && !parts.back().isDynamic() &&
      whole.back().size == parts.back().size * parts[parts.size() - 2].size)
    return success();
  return op->emitOpError("expected ")
         << split << " to split the last axis of " << merged << " in two";
}

LogicalResult SplitHeadsOp::verify() {
  return verifyHeads(*this, getInput().getType(), getResult().getType());
}

LogicalResult MergeHeadsOp::verify() {
  return verifyHeads(*this, getResult().getType(), getInput().getType());
}

LogicalResult RenameOp::verify() {
  auto input = namedAxes(getInput().getType()), result = namedAxes(getResult().getType());
  unsigned renamed = 0;
  bool sameSizes = input.size() == result.size();
  for (size_t i = 0; sameSizes && i < input.size(); ++i) {
    sameSizes = input[i].size == result[i].size;
    renamed += input[i].name != result[i].name;
  }
  if (sameSizes && renamed == 1)
    return success();
  return emitOpError("expected exactly one axis with another name and the same size, got ")
         << getInput().getType() << " and " << getResult().getType();
}

llvm::SmallVector<Value> SplitHeadsOp::buildGradients(OpBuilder &builder, ValueRange gradients) {
  return {MergeHeadsOp::create(builder, getLoc(), getInput().getType(), gradients[0])};
}

llvm::SmallVector<Value> MergeHeadsOp::buildGradients(OpBuilder &builder, ValueRange gradients) {
  return {SplitHeadsOp::create(builder, getLoc(), getInput().getType(), gradients[0])};
}

llvm::SmallVector<Value> RenameOp::buildGradients(OpBuilder &builder, ValueRange gradients) {
  return {RenameOp::create(builder, getLoc(), getInput().getType(), gradients[0])};
}

MaskAttr RenameOp::getReach(unsigned, llvm::StringRef resultAxis, llvm::StringRef operandAxis) {
  // The renamed axis keeps its positions.
  if (resultAxis == operandAxis || hasAxis(getInput().getType(), resultAxis) ||
      hasAxis(getResult().getType(), operandAxis))
    return {};
  return MaskAttr::get(getContext(), "k == q");
}

} // namespace loup
