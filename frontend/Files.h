// Whole files as strings.
#pragma once

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

} // namespace loup
