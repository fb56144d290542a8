// Printed programs with all that they need, for any C++ compiler.
#pragma once

#include "codegen/EmitDriver.h"
#include "codegen/EmitKernels.h"

#include <filesystem>
#include <vector>

namespace loup {

/// Leaves in `folder` the sources, the kernels' objects, the runtime's headers and libraries, and a
/// Makefile: `make` there gives the two programs, without Loup. Throws UserError where the folder
/// cannot be written.
void exportSources(const std::vector<PrintedFile> &sources,
                   const std::vector<EmittedKernel> &kernels, const std::filesystem::path &folder);

} // namespace loup
