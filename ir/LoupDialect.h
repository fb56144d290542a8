// The `loup` dialect: named axes, masks, initial values.
#pragma once

#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/TensorEncoding.h"

#include "ir/LoupDialect.h.inc"

namespace loup {
class MaskSet;
enum class Blocks;
} // namespace loup

#define GET_ATTRDEF_CLASSES
#include "ir/LoupAttributes.h.inc"
