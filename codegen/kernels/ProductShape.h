// The axes of a product by the part they play, and the tile of the result that stays in registers.
#pragma once

#include "codegen/KernelBody.h"

#include <optional>
#include <string>
#include <vector>

namespace loup {

/// Vectors lie along the result's last axis. The operand that has it is called `columns`, the other
/// one `rows`. Axis names are in the result's order, outermost first.
struct ProductShape {
  explicit ProductShape(ProductOp op);

  mlir::Value rows, columns;
  std::string column; // the result's last axis
  std::optional<std::string>
      row; // innermost axis of the rows alone: a column is read for many of it
  std::vector<std::string> others; // the rows' other axes
  std::vector<std::string> shared; // axes of the columns and the result, but `column`
  std::vector<std::string> summed; // the axes that the result lacks
};

/// So many rows and so many vectors of columns are summed up at once.
struct ProductTile {
  ProductTile(const ProductShape &shape, const Halide::Target &target);

  int lanes = 0;
  int vectors = 0;
  int rows = 0;
  int columns() const { return lanes * vectors; }
};

} // namespace loup
