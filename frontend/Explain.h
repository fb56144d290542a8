// What `loup explain` is asked to do.
#pragma once

#include <cstdint>
#include <string>

namespace loup {

/// The lengths for which masks can be drawn.
constexpr int64_t shortestPicture = 8, longestPicture = 128;

struct ExplainOptions {
  std::string spec;     // the description's path
  std::string file;     // the page's path
  std::string schedule; // a rung of the ladder, one of `schedules()`
  int64_t length = 64;  // at which masks are drawn
};

/// Writes the page, whole or not at all. Throws UserError.
void explain(const ExplainOptions &options);

} // namespace loup
