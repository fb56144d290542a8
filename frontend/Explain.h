// What `loup explain` is asked to do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace loup {

/// The lengths for which masks can be drawn, and the usual one.
constexpr int64_t shortestPicture = 8, longestPicture = 128, usualPicture = 64;

struct ExplainOptions {
  std::string spec;     // the description's path
  std::string file;     // the page's path
  std::string schedule; // a rung of the ladder, one of `schedules()`
  /// At which masks are drawn; else the usual one, or the model's longest if that is less.
  std::optional<int64_t> length = {};
};

/// Writes the page, whole or not at all. Throws UserError.
void explain(const ExplainOptions &options);

} // namespace loup
