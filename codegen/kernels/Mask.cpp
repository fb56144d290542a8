// Masks as tensors, and what they hide.
#include "codegen/kernels/AllowedPairs.h"
#include "codegen/kernels/Families.h"
#include "ir/Constants.h"

using namespace Halide;

namespace loup {

void addMask(KernelOps &ops) {
  ops.pointwise<MaskOp>([](MaskOp op, const KernelBody &body, const Point &at) {
    AllowedPairs pairs(op, body, at);
    Expr isAllowed = pairs.contains(body.read(op.getQueries(), at), body.read(op.getKeys(), at),
                                    op.getPresent() ? body.read(op.getPresent(), at) : Expr());
    if (op.getQueryDocuments())
      isAllowed = isAllowed && isSameDocument(body.read(op.getQueryDocuments(), at),
                                              body.read(op.getKeyDocuments(), at));
    return select(isAllowed, 0.0f, hiddenScore);
  });

  ops.pointwise<PresentOp>([](PresentOp op, const KernelBody &body, const Point &at) {
    return select(body.read(op.getTokens(), at) == static_cast<int32_t>(op.getAbsent()), 0, 1);
  });

  ops.pointwise<AddMaskOp>([](AddMaskOp op, const KernelBody &body, const Point &at) {
    return select(body.read(op.getMask(), at) == 0.0f, body.read(op.getScores(), at), hiddenScore);
  });
}

} // namespace loup
