// Kernels that work along the last axis of a tensor, row by row.
#pragma once

#include "codegen/KernelOps.h"

#include <functional>

namespace loup {

/// The rows of tensors of one type: all axes but the last, which is the row's own.
class Rows {
public:
  Rows(mlir::Type type, const KernelBody &body);

  const KernelBody &kernel() const { return body; }
  Halide::Var column() const { return columnVar; }
  Halide::Expr length() const { return body.extent(columnAxis); }

  /// The variables of a row, in Halide's order, and the point of one of its elements.
  const std::vector<Halide::Var> &vars() const { return rowVars; }
  Point at(Halide::Expr column) const;

  /// A Func over rows: the value's sum along the row, in 16 interleaved chains added in order. That
  /// order depends on nothing but the row's length.
  Halide::Func sum(std::function<Halide::Expr(Point)> value, const std::string &name);
  Halide::Func maximum(std::function<Halide::Expr(Point)> value, const std::string &name);

  /// A row's values, kept while the row is worked on.
  Halide::Func keep(std::function<Halide::Expr(Point)> value, const std::string &name);

  /// A number of the row, made once.
  Halide::Func number(Halide::Expr value, const std::string &name);

  /// Reads what sum, maximum and number give.
  Halide::Expr operator()(Halide::Func number) const;

  /// Rows in parallel, vectors along them; all that was made above is computed a row at a time.
  /// `output` has the rows' variables, with the column's first if `alongColumns`.
  void schedule(Halide::Func output, bool alongColumns);

private:
  const KernelBody &body;
  std::string columnAxis;
  Halide::Var columnVar;
  std::vector<Halide::Var> rowVars;
  Point rowPoint;
  std::vector<std::function<void(Halide::Func, Halide::Var)>> schedules;

  Halide::Func reduce(std::function<Halide::Expr(Point)> value, const std::string &name,
                      Halide::Expr identity,
                      std::function<Halide::Expr(Halide::Expr, Halide::Expr)> combine);
};

} // namespace loup
