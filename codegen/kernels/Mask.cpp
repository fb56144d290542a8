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
      length = body.extent(axesOf(op.getKeys()).front());
    AllowedPairs pairs(allowed, length);
    return select(pairs.contains(body.read(op.getQueries(), at), body.read(op.getKeys(), at)), 0.0f,
                  hiddenScore);
  });

  ops.pointwise<AddMaskOp>([](AddMaskOp op, const KernelBody &body, const Point &at) {
    return select(body.read(op.getMask(), at) == 0.0f, body.read(op.getScores(), at), hiddenScore);
  });
}

} // namespace loup
