// The C++ around the kernels, printed from a module whose memory is planned.
#pragma once

#include "runtime/Description.h"

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace loup {

/// One file of a printed program.
struct PrintedFile {
  std::string name;
  std::string text;
};

/// kernels.h, model.h, model.cpp, description.h and the two mains, train.cpp and the program of the
/// task ("translate.cpp"). Throws InternalError where the module is not as passes/README.md says it
/// is after PlanMemory.
std::vector<PrintedFile> emitDriver(mlir::ModuleOp module, const Description &description);

} // namespace loup
