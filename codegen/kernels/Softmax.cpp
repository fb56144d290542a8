// Softmax over the last axis, its gradient, and log-probabilities.
#include "codegen/kernels/Exponential.h"
#include "codegen/kernels/Families.h"
#include "codegen/kernels/Rows.h"
#include "ir/Constants.h"

using namespace Halide;

namespace loup {
namespace {

Anchor byRows(std::shared_ptr<Rows> rows, Func result) {
  return {{result}, [rows](Outputs outputs) { rows->schedule(single(outputs), true); }};
}

Anchor softmax(SoftmaxOp op, const KernelBody &body) {
  auto rows = std::make_shared<Rows>(op.getType(), body);
  auto score = [&](Point at) { return body.read(op.getInput(), at); };
  Func largest = rows->maximum(score, "largest");
  Func weight = rows->keep(
      [&](Point at) {
        Expr x = score(at);
        return select(x <= hiddenScore / 2, 0.0f, exponential(x - (*rows)(largest)));
      },
      "weight");
  auto kept = [&](Point at) { return weight(body.indices(op.getType(), at)); };
  Expr total = (*rows)(rows->sum(kept, "total"));
  Func result("softmax");
  // What is hidden has no weight even where the others are not numbers.
  Expr own = kept(body.point(op.getType()));
  result(body.vars(op.getType())) = strict_float(select(own == 0.0f, 0.0f, own / total));
  return byRows(rows, result);
}

Anchor softmaxGradient(SoftmaxGradientOp op, const KernelBody &body) {
  auto rows = std::make_shared<Rows>(op.getType(), body);
  auto y = [&](Point at) { return body.read(op.getOutput(), at); };
  auto dy = [&](Point at) { return body.read(op.getGradient(), at); };
  // What no weight lets through has no gradient, whatever it is.
  Func dot =
      rows->sum([&](Point at) { return select(y(at) == 0.0f, 0.0f, y(at) * dy(at)); }, "dot");
  Point at = body.point(op.getType());
  Func result("softmax_gradient");
  result(body.vars(op.getType())) =
      strict_float(select(y(at) == 0.0f, 0.0f, y(at) * (dy(at) - (*rows)(dot))));
  return byRows(rows, result);
}

Anchor logSoftmax(LogSoftmaxOp op, const KernelBody &body) {
  auto rows = std::make_shared<Rows>(op.getType(), body);
  auto logit = [&](Point at) { return body.read(op.getInput(), at); };
  Func largest = rows->maximum(logit, "largest");
  Func total =
      rows->sum([&](Point at) { return exponential(logit(at) - (*rows)(largest)); }, "total");
  Func logTotal = rows->number(logarithm((*rows)(total)), "log_total");
  Func result("log_softmax");
  result(body.vars(op.getType())) =
      strict_float(logit(body.point(op.getType())) - (*rows)(largest) - (*rows)(logTotal));
  return byRows(rows, result);
}

} // namespace

void addSoftmax(KernelOps &ops) {
  ops.anchor<SoftmaxOp>(softmax);
  ops.anchor<SoftmaxGradientOp>(softmaxGradient);
  ops.anchor<LogSoftmaxOp>(logSoftmax);
}

} // namespace loup
