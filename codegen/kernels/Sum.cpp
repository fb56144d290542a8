// Sums over whole axes: the gradients of what was added along them.
#include "codegen/kernels/Families.h"

using namespace Halide;

namespace loup {
namespace {

/// First each index of the outermost summed axis is summed up, in parallel; then these partial sums
/// are added in order. Both depend on the tensor alone, not on the number of threads.
Anchor sum(SumOp op, const KernelBody &body) {
  mlir::Type type = op.getResult().getType();
  llvm::SmallVector<llvm::StringRef> summed; // innermost first
  for (mlir::StringAttr axis : llvm::reverse(axesOf(op.getInput())))
    if (!hasAxis(type, axis))
      summed.push_back(axis);
  llvm::StringRef outermost = summed.pop_back_val();

  Point at = body.point(op.getInput().getType());
  std::vector<Var> vars = body.vars(type);
  std::vector<Var> partialVars = vars;
  partialVars.push_back(body.var(outermost));
  Func partial("partial"), total("total");
  RDom inner;
  if (summed.empty()) {
    partial(partialVars) = body.read(op.getInput(), at);
  } else {
    inner = body.domain(summed, "inner");
    for (size_t i = 0; i < summed.size(); ++i)
      at = at.with(summed[i], inner[i]);
    partial(partialVars) = 0.0f;
    partial(partialVars) = strict_float(partial(partialVars) + body.read(op.getInput(), at));
  }
  RDom outer = body.domain({outermost}, "outer");
  std::vector<Expr> partialAt(vars.begin(), vars.end());
  partialAt.push_back(outer.x);
  total(vars) = 0.0f;
  total(vars) = strict_float(total(vars) + partial(partialAt));

  auto schedule = [=, &body](Outputs outputs) mutable {
    Func output = single(outputs);
    if (vars.empty()) {
      total.compute_root();
      if (!inner.defined())
        return;
      partial.compute_root().parallel(partialVars.back());
      partial.update().parallel(partialVars.back());
      return;
    }
    int lanes = body.target().natural_vector_size<float>();
    auto tail = TailStrategy::GuardWithIf;
    Var column = output.args().front(), columns("columns"), first = vars.front();
    output.split(column, columns, column, 4 * lanes, tail).vectorize(column, lanes);
    total.compute_at(output, columns).vectorize(first, lanes, tail);
    total.update().reorder(first, outer.x).vectorize(first, lanes, tail);
    if (!inner.defined())
      return;
    partial.compute_root().parallel(partialVars.back()).vectorize(first, lanes, tail);
    std::vector<VarOrRVar> order = {first};
    for (int i = 0; i < inner.dimensions(); ++i)
      order.push_back(inner[i]);
    partial.update().reorder(order).parallel(partialVars.back()).vectorize(first, lanes, tail);
  };
  return {{total}, schedule};
}

} // namespace

void addSum(KernelOps &ops) { ops.anchor<SumOp>(sum); }

} // namespace loup
