#include "runtime/TrainingLog.h"

#include "runtime/AtomicFile.h"
#include "runtime/Errors.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace loup {

/// The lines of `path` up to the object of step `step`.
static std::string linesUpTo(const std::string &path, int64_t step) {
  std::ifstream old(path);
  std::string kept;
  for (std::string line; std::getline(old, line);) {
    auto object = nlohmann::json::parse(line, nullptr, false);
    if (object.is_object() && object.contains("step") && object["step"].is_number_integer() &&
        object["step"] <= step)
      kept += line + "\n";
  }
  return kept;
}

TrainingLog::TrainingLog(const std::string &path, int64_t step) : path(path) {
  if (step > 0 && std::filesystem::is_regular_file(path)) {
    // A run that ended without saving has logged steps which now come again.
    std::string kept = linesUpTo(path, step);
    AtomicFile whole(path);
    whole.write(std::as_bytes(std::span(kept)));
    whole.finish();
    whole.commit();
  }
  file.open(path, step > 0 ? std::ios::app : std::ios::trunc);
  if (!file)
    throw UserError(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

void TrainingLog::write(const nlohmann::ordered_json &object) {
  file << object.dump() << std::endl;
  if (!file)
    throw UserError(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

} // namespace loup
