// From printed sources and kernel objects to programs that stand alone, or a library.
#pragma once

#include "codegen/EmitDriver.h"
#include "codegen/EmitKernels.h"

#include <filesystem>
#include <string>
#include <vector>

namespace loup {

struct Compiler {
  std::string path;
  std::string macros; // what it predefines: its version, its library's and the target
};

/// The C++ compiler: $CXX, or the first that is installed. Throws UserError where there is none
/// that compiles C++20.
Compiler findCompiler();

/// Makes `folder`/train and `folder`/translate, and keeps the sources in `folder`/source. All is
/// made in a folder inside it, which must be there, and moved when it is done; other files stay.
/// Throws UserError where the folder cannot be written.
void buildExecutables(const std::vector<PrintedFile> &sources,
                      const std::vector<EmittedKernel> &kernels, const Compiler &compiler,
                      const std::filesystem::path &folder);

/// Makes a shared library of the model alone, to be measured; runtime/MeasuredModel.h says how it
/// is opened.
void buildLibrary(std::vector<PrintedFile> sources, const std::vector<EmittedKernel> &kernels,
                  const Compiler &compiler, const std::filesystem::path &library);

} // namespace loup
