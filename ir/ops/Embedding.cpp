#include "ir/LoupOps.h"

using namespace mlir;

namespace loup {

/// Rows lie `along` one axis of `table`; `rows` has the table's other axes and those of `indices`.
static LogicalResult verifyRows(Operation *op, Type table, Type indices, Type rows,
                                llvm::StringRef along) {
  if (!hasAxis(table, along))
    return op->emitOpError("expected a table with axis '") << along << "', got " << table;
  for (StringAttr axis : axesOf(rows)) {
    bool ofTable = axis != along && hasAxis(table, axis);
    if (!ofTable && !hasAxis(indices, axis))
      return op->emitOpError("expected axis '")
             << axis.getValue() << "' in the table or in the indices, got it in neither";
  }
  for (Type part : {table, indices})
    for (StringAttr axis : axesOf(part))
      if (axis != along && !hasAxis(rows, axis))
        return op->emitOpError("expected rows with axis '") << axis.getValue() << "', got " << rows;
  return success();
}

LogicalResult LookupOp::verify() {
  return verifyRows(*this, getTable().getType(), getIndices().getType(), getResult().getType(),
                    getAlong());
}

llvm::SmallVector<Value> LookupOp::buildGradients(OpBuilder &builder, ValueRange gradients) {
  return {LookupGradientOp::create(builder, getLoc(), getTable().getType(), gradients[0],
                                   getIndices(), getAlongAttr()),
          Value()};
}

LogicalResult RaggedLookupOp::verify() {
  if (hasAxis(getTable().getType(), getAlong()) && hasAxis(getType(), getAxis()) &&
      !hasAxis(getType(), getAlong()))
    return success();
  return emitOpError("expected '")
         << getAlong() << "' in the table to become '" << getAxis() << "' in the result, got "
         << getTable().getType() << " and " << getType();
}

LogicalResult LookupGradientOp::verify() {
  return verifyRows(*this, getResult().getType(), getIndices().getType(), getGradient().getType(),
                    getAlong());
}

} // namespace loup
