#include "codegen/kernels/Rows.h"

using namespace Halide;

namespace loup {

/// Interleaved chains of a reduction: the widest vector of any machine that is common.
static constexpr int chains = 16;

Rows::Rows(mlir::Type type, const KernelBody &body)
    : body(body), columnAxis(axesOf(type).back().str()), columnVar(body.var(columnAxis)) {
  rowVars = body.vars(type);
  rowVars.erase(rowVars.begin());
  rowPoint = body.point(type).without(columnAxis);
}

Point Rows::at(Expr column) const { return rowPoint.with(columnAxis, column); }

Expr Rows::operator()(Func number) const {
  return number(std::vector<Expr>(rowVars.begin(), rowVars.end()));
}

Func Rows::reduce(std::function<Expr(Point)> value, const std::string &name, Expr identity,
                  std::function<Expr(Expr, Expr)> combine) {
  Func partial(name + "_chains"), total(name);
  Var chain("chain");
  std::vector<Var> vars = rowVars;
  vars.insert(vars.begin(), chain);
  RDom along(0, (length() + chains - 1) / chains, name + "_along");
  Expr column = along * chains + chain;
  Expr isInside = column < length();
  Expr element = value(at(min(column, length() - 1)));
  partial(vars) = identity;
  partial(vars) = strict_float(combine(partial(vars), select(isInside, element, identity)));

  RDom others(1, chains - 1, name + "_others");
  std::vector<Expr> first(rowVars.begin(), rowVars.end()), other = first;
  first.insert(first.begin(), Expr(0));
  other.insert(other.begin(), others.x);
  total(rowVars) = partial(first);
  total(rowVars) = strict_float(combine(total(rowVars), partial(other)));

  schedules.push_back([partial, total, chain, others](Func output, Var row) mutable {
    partial.compute_at(output, row).vectorize(chain).update().vectorize(chain);
    total.compute_at(output, row).update().unroll(others.x);
  });
  return total;
}

Func Rows::sum(std::function<Expr(Point)> value, const std::string &name) {
  return reduce(value, name, 0.0f, [](Expr a, Expr b) { return a + b; });
}

Func Rows::maximum(std::function<Expr(Point)> value, const std::string &name) {
  return reduce(value, name, Float(32).min(), [](Expr a, Expr b) { return max(a, b); });
}

Func Rows::keep(std::function<Expr(Point)> value, const std::string &name) {
  Func kept(name);
  std::vector<Var> vars = rowVars;
  vars.insert(vars.begin(), columnVar);
  kept(vars) = strict_float(value(at(columnVar)));
  schedules.push_back([this, kept](Func output, Var row) mutable {
    kept.compute_at(output, row).vectorize(columnVar, chains, TailStrategy::GuardWithIf);
  });
  return kept;
}

Func Rows::number(Expr value, const std::string &name) {
  Func made(name);
  made(rowVars) = strict_float(value);
  schedules.push_back([made](Func output, Var row) mutable { made.compute_at(output, row); });
  return made;
}

void Rows::schedule(Func output, bool alongColumns) {
  std::vector<Var> loops = output.args();
  if (alongColumns) {
    output.vectorize(loops.front(), chains, TailStrategy::GuardWithIf);
    loops.erase(loops.begin());
  }
  Var row = loops.front();
  for (auto &apply : schedules)
    apply(output, row);
  output.parallel(loops.back());
}

} // namespace loup
