#include "ir/ops/Visible.h"

using namespace mlir;

namespace loup {

MaskAttr maskOfScores(Value scores, llvm::StringRef queryAxis, llvm::StringRef keyAxis) {
  auto added = scores.getDefiningOp<AddMaskOp>();
  auto mask = added ? added.getMask().getDefiningOp<MaskOp>() : MaskOp();
  if (!mask || !hasAxis(mask.getQueries().getType(), queryAxis) ||
      !hasAxis(mask.getKeys().getType(), keyAxis))
    return {};
  return mask.getMaskAttr();
}

MaskAttr maskOfWeights(Value weights, llvm::StringRef queryAxis, llvm::StringRef keyAxis) {
  if (auto dropout = weights.getDefiningOp<DropoutOp>())
    weights = dropout.getInput();
  if (auto softmax = weights.getDefiningOp<SoftmaxOp>())
    return maskOfScores(softmax.getInput(), queryAxis, keyAxis);
  return {};
}

} // namespace loup
