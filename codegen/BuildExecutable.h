// From printed sources and kernel objects to programs that stand alone.
#pragma once

#include "codegen/EmitDriver.h"

#include <filesystem>
#include <string>
#include <vector>

namespace loup {

/// The C++ compiler: $CXX, or the first that is installed. Throws UserError where there is none.
std::string findCompiler();

/// Makes `folder`/train and `folder`/translate, and keeps the sources in `folder`/source. All is
/// made in a folder inside it and moved when it is done; other files stay. Throws UserError where
/// the folder cannot be written.
void buildExecutables(const std::vector<PrintedFile> &sources,
                      const std::vector<std::filesystem::path> &objects,
                      const std::string &compiler, const std::filesystem::path &folder);

} // namespace loup
