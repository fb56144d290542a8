#include "frontend/LoadSpec.h"

#include "frontend/CheckSpec.h"
#include "frontend/ParseSpec.h"
#include "runtime/Errors.h"
#include "runtime/Files.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>

namespace loup {

static constexpr size_t largestDescription = 1 << 20;

SourceFile readDescription(const std::string &path) {
  if (std::error_code error; std::filesystem::is_directory(path, error))
    throw UserError(fmt::format("{}: a directory, where a description (TOML) is expected", path));
  std::optional<std::string> text = readFile(path);
  if (!text)
    throw UserError(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  if (text->size() > largestDescription)
    throw UserError(fmt::format("{}: larger than a description can be (1 MiB)", path));
  return {path, *std::move(text)};
}

Spec loadSpec(const SourceFile &description, std::ostream &messages, bool colour) {
  Diagnostics diagnostics(description);
  Spec spec = parseSpec(diagnostics);
  checkSpec(spec, diagnostics);
  messages << diagnostics.text(colour);
  diagnostics.refuseErrors();
  return spec;
}

} // namespace loup
