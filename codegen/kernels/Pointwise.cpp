// Kernels without an anchor: rows in parallel, vectors along the innermost axis.
#include "codegen/kernels/Families.h"

namespace loup {

/// What one task computes at least, so that handing it out costs little beside it.
static constexpr int elementsPerTask = 8192;

static void scheduleOutput(const KernelBody &body, Halide::Func output, mlir::Type type) {
  auto axes = namedAxes(type);
  if (axes.empty())
    return;
  Halide::Var inner = body.var(axes.back().name), lane;
  int lanes = body.target().natural_vector_size<float>();
  bool isStatic = !axes.back().isDynamic();
  if (isStatic && axes.back().size <= lanes)
    output.vectorize(inner);
  else
    output
        .split(inner, inner, lane, lanes,
               isStatic ? Halide::TailStrategy::ShiftInwards : Halide::TailStrategy::GuardWithIf)
        .vectorize(lane);
  if (axes.size() < 2)
    return;
  Halide::Var row = body.var(axes[axes.size() - 2].name), task;
  for (int i = static_cast<int>(axes.size()) - 3; i >= 0; --i)
    output.fuse(row, body.var(axes[i].name), row);
  int width = isStatic ? static_cast<int>(axes.back().size) : 64;
  output
      .split(row, task, row, std::max(1, elementsPerTask / width),
             Halide::TailStrategy::GuardWithIf)
      .parallel(task);
}

void schedulePointwise(mlir::func::FuncOp kernel, const KernelBody &body, Outputs outputs) {
  mlir::ValueRange results = kernel.getBody().front().getTerminator()->getOperands();
  size_t result = 0;
  for (Halide::Func output : outputs) {
    scheduleOutput(body, output, results[result].getType());
    result += output.outputs();
  }
}

} // namespace loup
