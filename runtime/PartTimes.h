// How long the parts of a step take, for `loup bench`: a driver printed for it tells where they
// begin and end.
#pragma once

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace loup {

class PartTimes {
public:
  void begin() { start = Clock::now(); }

  /// Adds the time since begin() to part `part`'s.
  void end(size_t part) {
    if (part >= seconds.size())
      seconds.resize(part + 1);
    seconds[part] += std::chrono::duration<double>(Clock::now() - start).count();
  }

  /// The seconds of each part since the last call.
  std::vector<double> take() { return std::exchange(seconds, {}); }

private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start;
  std::vector<double> seconds;
};

/// The program's.
inline PartTimes &partTimes() {
  static PartTimes times;
  return times;
}

} // namespace loup
