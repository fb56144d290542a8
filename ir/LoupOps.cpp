// What the ops share: printing of numbers, verification of axes, and the generated definitions.
// Each family's own verifiers and gradients are in ops/.
#include "ir/LoupOps.h"

using namespace mlir;

namespace loup {

LogicalResult verifyConsistentAxes(Operation *op) {
  llvm::StringMap<int64_t> sizes;
  auto check = [&](Value value) -> LogicalResult {
    for (const Axis &axis : namedAxes(value.getType())) {
      auto [known, isNew] = sizes.try_emplace(axis.name, axis.size);
      if (!isNew && known->second != axis.size)
        return op->emitOpError("expected axis '")
               << axis.name << "' to have the size it has elsewhere, got "
               << (axis.isDynamic() ? "?" : std::to_string(axis.size)) << " beside "
               << (ShapedType::isDynamic(known->second) ? "?" : std::to_string(known->second));
    }
    return success();
  };
  for (Value value : op->getOperands())
    if (failed(check(value)))
      return failure();
  for (Value value : op->getResults())
    if (failed(check(value)))
      return failure();
  return success();
}

// Numbers are printed bare, in the shortest form that reads back to the same bits.

static ParseResult parseFloat(OpAsmParser &parser, FloatAttr &attribute) {
  double value = 0;
  if (parser.parseFloat(value))
    return failure();
  attribute = parser.getBuilder().getF32FloatAttr(static_cast<float>(value));
  return success();
}

static void printFloat(OpAsmPrinter &printer, Operation *, FloatAttr attribute) {
  printer.printFloat(attribute.getValue());
}

static ParseResult parseInteger(OpAsmParser &parser, IntegerAttr &attribute, unsigned bits) {
  int64_t value = 0;
  if (parser.parseInteger(value))
    return failure();
  attribute = parser.getBuilder().getIntegerAttr(parser.getBuilder().getIntegerType(bits), value);
  return success();
}

static ParseResult parseInt32(OpAsmParser &parser, IntegerAttr &attribute) {
  return parseInteger(parser, attribute, 32);
}

static ParseResult parseInt64(OpAsmParser &parser, IntegerAttr &attribute) {
  return parseInteger(parser, attribute, 64);
}

static void printInt32(OpAsmPrinter &printer, Operation *, IntegerAttr attribute) {
  printer << attribute.getInt();
}

static void printInt64(OpAsmPrinter &printer, Operation *, IntegerAttr attribute) {
  printer << attribute.getInt();
}

static ParseResult parseSameAsFirst(OpAsmParser &parser, Type &first, Type &result) {
  if (parser.parseType(first))
    return failure();
  result = first;
  return success();
}

static void printSameAsFirst(OpAsmPrinter &printer, Operation *, Type first, Type) {
  printer << first;
}

} // namespace loup

using namespace loup;

#include "ir/interfaces/Differentiable.cpp.inc"
#include "ir/interfaces/SequenceOp.cpp.inc"

#define GET_OP_CLASSES
#include "ir/LoupOps.cpp.inc"
