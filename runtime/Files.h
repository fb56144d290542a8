// Whole files as strings.
#pragma once

#include "runtime/AtomicFile.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace loup {

/// The bytes of the file at `path`; nothing if it is no plain file or cannot be read.
inline std::optional<std::string> readFile(const std::filesystem::path &path) {
  std::error_code error;
  std::ifstream file(path, std::ios::binary);
  if (!file || !std::filesystem::is_regular_file(path, error))
    return {};
  return std::string(std::istreambuf_iterator<char>(file), {});
}

/// Makes `bytes` the file at `path`, whole or not at all. Throws UserError.
inline void writeFile(const std::filesystem::path &path, const std::string &bytes) {
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(bytes)));
  file.finish();
  file.commit();
}

} // namespace loup
