// Layer normalisation and its gradients.
#include "codegen/kernels/Families.h"
#include "codegen/kernels/Rows.h"

using namespace Halide;

namespace loup {
namespace {

/// What a row is normalised by.
struct Statistics {
  Func input, mean, inverse; // inverse = 1 / sqrt(variance + epsilon)

  Statistics(mlir::Value value, float epsilon, Rows &rows) {
    const KernelBody &body = rows.kernel();
    input = rows.keep([&](Point at) { return body.read(value, at); }, "input");
    auto element = [this, value, &body](Point at) {
      return input(body.indices(value.getType(), at));
    };
    Expr length = cast<float>(rows.length());
    mean = rows.number(rows(rows.sum(element, "sum")) / length, "mean");
    Expr average = rows(mean);
    Func squares = rows.sum(
        [&](Point at) {
          Expr distance = element(at) - average;
          return distance * distance;
        },
        "squares");
    inverse = rows.number(1.0f / sqrt(rows(squares) / length + epsilon), "inverse");
  }

  Expr normal(mlir::Type type, const Rows &rows, Point at) const {
    return (input(rows.kernel().indices(type, at)) - rows(mean)) * rows(inverse);
  }
};

/// The result of an op, with the schedule of a kernel that works row by row.
Anchor byRows(std::shared_ptr<Rows> rows, Func result, bool alongColumns) {
  return {{result},
          [rows, alongColumns](Outputs outputs) { rows->schedule(single(outputs), alongColumns); }};
}

Anchor layerNorm(LayerNormOp op, const KernelBody &body) {
  auto rows = std::make_shared<Rows>(op.getType(), body);
  Statistics statistics(op.getInput(), op.getEpsilon().convertToFloat(), *rows);
  Point at = body.point(op.getType());
  Func result("layer_norm");
  result(body.vars(op.getType())) =
      strict_float(statistics.normal(op.getType(), *rows, at) * body.read(op.getWeight(), at) +
                   body.read(op.getBias(), at));
  return byRows(rows, result, true);
}

Anchor layerNormGradient(LayerNormGradientOp op, const KernelBody &body) {
  auto rows = std::make_shared<Rows>(op.getType(), body);
  mlir::Type type = op.getType();
  Statistics statistics(op.getInput(), op.getEpsilon().convertToFloat(), *rows);
  Func scaled = rows->keep(
      [&](Point at) { return body.read(op.getGradient(), at) * body.read(op.getWeight(), at); },
      "scaled");
  auto g = [&](Point at) { return scaled(body.indices(type, at)); };
  auto n = [&](Point at) { return statistics.normal(type, *rows, at); };
  Expr length = cast<float>(rows->length());
  Func meanG = rows->number((*rows)(rows->sum(g, "sum_g")) / length, "mean_g");
  Func meanGN = rows->number(
      (*rows)(rows->sum([&](Point at) { return g(at) * n(at); }, "sum_gn")) / length, "mean_gn");
  Point at = body.point(type);
  Func result("layer_norm_gradient");
  result(body.vars(type)) =
      strict_float((g(at) - (*rows)(meanG)-n(at) * (*rows)(meanGN)) * (*rows)(statistics.inverse));
  return byRows(rows, result, true);
}

/// One partial sum for each index of the outermost axis, over the rows in order; then all of them
/// in order: the bits depend on the shape alone.
Anchor layerNormParameterGradient(LayerNormParameterGradientOp op, const KernelBody &body) {
  mlir::Type type = op.getInput().getType();
  auto rows = std::make_shared<Rows>(type, body);
  Statistics statistics(op.getInput(), op.getEpsilon().convertToFloat(), *rows);
  Point at = body.point(type);
  Func products("products");
  std::vector<Var> vars = body.vars(type);
  Expr gradient = body.read(op.getGradient(), at);
  products(vars) = {strict_float(gradient * statistics.normal(type, *rows, at)), gradient};

  Var column = vars.front(), outermost = vars.back();
  Func partial("partial"), total("total");
  std::vector<Expr> productAt = {column};
  RDom inner;
  if (vars.size() > 2) {
    Region region;
    for (size_t i = 1; i + 1 < vars.size(); ++i)
      region.emplace_back(0, body.extent(vars[i].name()));
    inner = RDom(region, "inner");
    for (int i = 0; i < inner.dimensions(); ++i)
      productAt.push_back(inner[i]);
  }
  productAt.push_back(outermost);
  partial(column, outermost) = {0.0f, 0.0f};
  partial(column,
          outermost) = {strict_float(partial(column, outermost)[0] + products(productAt)[0]),
                        strict_float(partial(column, outermost)[1] + products(productAt)[1])};
  RDom outer(0, body.extent(outermost.name()), "outer");
  total(column) = {0.0f, 0.0f};
  total(column) = {strict_float(total(column)[0] + partial(column, outer)[0]),
                   strict_float(total(column)[1] + partial(column, outer)[1])};
  Func weight("weight_gradient"), bias("bias_gradient");
  weight(column) = total(column)[0];
  bias(column) = total(column)[1];

  auto schedule = [=](Outputs outputs) mutable {
    constexpr int lanes = 16;
    auto tail = TailStrategy::GuardWithIf;
    rows->schedule(products.compute_root(), true);
    partial.compute_root().parallel(outermost).vectorize(column, lanes, tail);
    std::vector<VarOrRVar> order = {column};
    for (int i = 0; inner.defined() && i < inner.dimensions(); ++i)
      order.push_back(inner[i]);
    partial.update().reorder(order).parallel(outermost).vectorize(column, lanes, tail);
    total.compute_root().vectorize(column, lanes, tail);
    total.update().reorder(column, outer.x).vectorize(column, lanes, tail);
    for (Func output : outputs)
      output.vectorize(output.args().front(), lanes, tail);
  };
  return {{weight, bias}, schedule};
}

} // namespace

void addNormalisation(KernelOps &ops) {
  ops.anchor<LayerNormOp>(layerNorm);
  ops.anchor<LayerNormGradientOp>(layerNormGradient);
  ops.anchor<LayerNormParameterGradientOp>(layerNormParameterGradient);
}

} // namespace loup
