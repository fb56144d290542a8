// The record of a training that programs read.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <fstream>
#include <string>

namespace loup {

/// A file of one JSON object a step.
class TrainingLog {
public:
  /// Goes on behind the object of step `step`, whatever the file holds after it; a `step` of 0
  /// begins the file anew. Throws UserError where the file cannot be written.
  TrainingLog(const std::string &path, int64_t step);

  /// Writes it at once, so that a reader sees every step as it is done.
  void write(const nlohmann::ordered_json &object);

private:
  std::string path;
  std::ofstream file;
};

} // namespace loup
