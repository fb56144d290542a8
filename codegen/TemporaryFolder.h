// A folder to work in.
#pragma once

#include "runtime/Errors.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

namespace loup {

/// A new folder inside `parent` that is gone again at the end. Throws UserError where it cannot be
/// made.
class TemporaryFolder {
public:
  explicit TemporaryFolder(
      const std::filesystem::path &parent = std::filesystem::temp_directory_path()) {
    std::string name = (parent / ".loup-XXXXXX").string();
    if (!mkdtemp(name.data()))
      throw UserError("cannot make a folder in " + parent.string() + ": " + std::strerror(errno));
    folder = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;

  std::filesystem::path operator/(const std::filesystem::path &name) const { return folder / name; }

private:
  std::filesystem::path folder;
};

} // namespace loup
