// Masks as tensors, and what they hide.
#include "codegen/kernels/AllowedPairs.h"
#include "codegen/kernels/Families.h"
#include "ir/Constants.h"
#include "ir/masks/MaskExpression.h"

using namespace Halide;

namespace loup {

void addMask(KernelOps &ops) {
  ops.pointwise<MaskOp>([](MaskOp op, const KernelBody &body, const Point &at) {
    MaskExpression mask = MaskExpression::parse(op.getMask().getWords().str());
    Expr length = op.getLengths() ? body.read(op.getLengths(), at) : Expr();
    AllowedPairs pairs(mask.allowed(), length);
    return select(pairs.contains(body.read(op.getQueries(), at), body.read(op.getKeys(), at)), 0.0f,
                  hiddenScore);
  });

  ops.pointwise<AddMaskOp>([](AddMaskOp op, const KernelBody &body, const Point &at) {
    return select(body.read(op.getMask(), at) == 0.0f, body.read(op.getScores(), at), hiddenScore);
  });
}

} // namespace loup
