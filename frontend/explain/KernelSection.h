// The kernels, with what they compute and how they loop.
#pragma once

#include "frontend/explain/Html.h"

#include "mlir/IR/BuiltinOps.h"

#include <map>
#include <string>

namespace loup {

/// `module` has its kernels outlined; `loops` is each one's loop nest, by its name.
Section kernelSection(mlir::ModuleOp module, const std::map<std::string, std::string> &loops);

} // namespace loup
