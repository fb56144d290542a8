// Cross entropy with label smoothing, and its gradient by the logits.
#include "codegen/kernels/Exponential.h"
#include "codegen/kernels/Families.h"
#include "codegen/kernels/Rows.h"

using namespace Halide;

namespace loup {
namespace {

/// Whether a row is a real token; padding has neither loss nor gradient.
template <class Op> Expr isReal(Op op, const KernelBody &body, const Point &at) {
  if (!op.getLengths())
    return Internal::const_true();
  return body.read(op.getPositions(), at) < body.read(op.getLengths(), at);
}

/// The label, kept within the vocabulary: it comes from data.
template <class Op> Expr labelOf(Op op, const Rows &rows, const Point &at) {
  return clamp(rows.kernel().read(op.getLabels(), at), 0, rows.length() - 1);
}

Anchor crossEntropy(CrossEntropyOp op, const KernelBody &body) {
  auto rows = std::make_shared<Rows>(op.getLogits().getType(), body);
  auto logit = [&](Point at) { return body.read(op.getLogits(), at); };
  Func largest = rows->maximum(logit, "largest");
  Func total =
      rows->sum([&](Point at) { return exponential(logit(at) - (*rows)(largest)); }, "total");
  float smoothing = op.getSmoothing().convertToFloat();
  Point at = body.point(op.getType());
  Expr logSum = (*rows)(largest) + logarithm((*rows)(total));
  Expr loss = logSum - (1 - smoothing) * logit(rows->at(labelOf(op, *rows, at)));
  if (smoothing > 0)
    loss -= smoothing / cast<float>(rows->length()) * (*rows)(rows->sum(logit, "sum"));
  Func result("losses");
  result(body.vars(op.getType())) = strict_float(select(isReal(op, body, at), loss, 0.0f));
  return {{result}, [rows](Outputs outputs) { rows->schedule(single(outputs), false); }};
}

Anchor crossEntropyGradient(CrossEntropyGradientOp op, const KernelBody &body) {
  mlir::Type type = op.getType();
  auto rows = std::make_shared<Rows>(type, body);
  auto logit = [&](Point at) { return body.read(op.getLogits(), at); };
  Func largest = rows->maximum(logit, "largest");
  Func weight =
      rows->keep([&](Point at) { return exponential(logit(at) - (*rows)(largest)); }, "weight");
  Func total = rows->sum([&](Point at) { return weight(body.indices(type, at)); }, "total");
  Func scale = rows->number(1.0f / (*rows)(total), "scale");
  float smoothing = op.getSmoothing().convertToFloat();
  Point at = body.point(type);
  Expr target = select(rows->column() == labelOf(op, *rows, at), 1 - smoothing, 0.0f);
  Expr difference = weight(body.vars(type)) * (*rows)(scale)-target;
  if (smoothing > 0)
    difference -= smoothing / cast<float>(rows->length());
  Func result("cross_entropy_gradient");
  result(body.vars(type)) = strict_float(
      select(isReal(op, body, at), body.read(op.getGradient(), at) * difference, 0.0f));
  return {{result}, [rows](Outputs outputs) { rows->schedule(single(outputs), true); }};
}

} // namespace

void addLoss(KernelOps &ops) {
  ops.anchor<CrossEntropyOp>(crossEntropy);
  ops.anchor<CrossEntropyGradientOp>(crossEntropyGradient);
}

} // namespace loup
