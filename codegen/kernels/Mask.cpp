// Masks as tensors, and what they hide.
#include "codegen/kernels/AllowedPairs.h"
#include "codegen/kernels/Families.h"
#include "ir/Constants.h"
#include "ir/masks/MaskExpression.h"

using namespace Halide;
using mlir::Value;

namespace loup {

void addMask(KernelOps &ops) {
  ops.pointwise<MaskOp>([](MaskOp op, const KernelBody &body, const Point &at) {
    Value lengths = op.getLengths(); // without them every key is real
    MaskSet allowed = lengths ? op.getMask().allowed()
                              : MaskExpression::parse(op.getMask().getWords().str()).allowed();
    Expr length;
    if (lengths)
      length = body.read(lengths, at);
    else if (allowed.dependsOn(MaskCondition::Length))
      length = body.extent(axesOf(op.getKeys()).back());
    auto given = [&](Value value) { return value ? body.read(value, at) : Expr(); };
    AllowedPairs pairs(allowed, length, given(op.getPrefix()));
    Expr isAllowed = pairs.contains(body.read(op.getQueries(), at), body.read(op.getKeys(), at),
                                    given(op.getPresent()));
    if (op.getQueryDocuments())
      isAllowed =
          isAllowed && isSameDocument(given(op.getQueryDocuments()), given(op.getKeyDocuments()));
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
