#include "frontend/LoadSpec.h"

#include "frontend/CheckSpec.h"
#include "frontend/Files.h"
#include "frontend/ParseSpec.h"
#include "runtime/Errors.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>

namespace loup {
namespace {

constexpr size_t largestDescription = 1 << 20;

std::string readDescription(const std::string &path) {
  if (std::error_code error; std::filesystem::is_directory(path, error))
    throw UserError(fmt::format("{}: a directory, where a description (TOML) is expected", path));
  std::optional<std::string> text = readFile(path);
  if (!text)
    throw UserError(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  if (text->size() > largestDescription)
    throw UserError(fmt::format("{}: larger than a description can be (1 MiB)", path));
  return *std::move(text);
}

} // namespace

Spec loadSpec(const std::string &path, std::ostream &messages, bool colour) {
  Diagnostics diagnostics({path, readDescription(path)});
  Spec spec = parseSpec(diagnostics);
  checkSpec(spec, diagnostics);
  messages << diagnostics.text(colour);
  if (int errors = diagnostics.errors())
    throw UserError(
        fmt::format("{}: {} error{}, nothing is built", path, errors, errors == 1 ? "" : "s"));
  return spec;
}

} // namespace loup
