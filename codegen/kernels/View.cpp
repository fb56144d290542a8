// The same memory under other axes.
#include "codegen/kernels/Families.h"

using namespace Halide;

namespace loup {

void addView(KernelOps &ops) {
  ops.pointwise<SplitHeadsOp>([](SplitHeadsOp op, const KernelBody &body, const Point &at) {
    auto parts = namedAxes(op.getResult().getType());
    const Axis &head = parts[parts.size() - 2], &width = parts.back();
    Expr column = at[head.name] * static_cast<int32_t>(width.size) + at[width.name];
    return body.read(op.getInput(), at.with(axesOf(op.getInput()).back(), column));
  });

  ops.pointwise<MergeHeadsOp>([](MergeHeadsOp op, const KernelBody &body, const Point &at) {
    auto parts = namedAxes(op.getInput().getType());
    const Axis &head = parts[parts.size() - 2], &width = parts.back();
    Expr column = at[axesOf(op.getResult()).back()];
    int32_t size = static_cast<int32_t>(width.size);
    return body.read(op.getInput(),
                     at.with(head.name, column / size).with(width.name, column % size));
  });

  ops.pointwise<RenameOp>([](RenameOp op, const KernelBody &body, const Point &at) {
    Point input;
    for (auto [old, renamed] : llvm::zip_equal(axesOf(op.getInput()), axesOf(op.getResult())))
      input = input.with(old, at[renamed]);
    return body.read(op.getInput(), input);
  });
}

} // namespace loup
