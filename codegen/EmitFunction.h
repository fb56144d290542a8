// One function of a planned module as a C++ member function: a sequence of kernel calls.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <string>

namespace loup {

/// The body between the braces, indented by four.
std::string emitFunctionBody(mlir::func::FuncOp function);

} // namespace loup
