// What the user sees of work that takes its time.
#pragma once

#include <chrono>
#include <cstdio>
#include <functional>
#include <mutex>
#include <string>

namespace loup {

/// On a terminal, one line with a bar that is drawn anew again and again; elsewhere a plain line
/// now and then. Lines that stay stand above it.
class Progress {
public:
  using Clock = std::chrono::steady_clock;

  /// Nothing is shown where `out` is null. `interval` is the time between two plain lines.
  Progress(FILE *out, bool terminal, Clock::duration interval = std::chrono::seconds(9));

  /// Erases the bar.
  ~Progress();

  /// Shows a line that stays.
  void note(const std::string &line);

  /// Shows how far the work is, where it is time to. `share` is what is done of it, from 0 to 1, or
  /// negative where that is unknown.
  void show(double share, const std::string &text);

  /// Does `work`, which shows nothing itself, and shows meanwhile that it goes on.
  void during(const std::string &text, const std::function<void()> &work);

private:
  void draw(double share, const std::string &text);
  void erase();

  FILE *out;
  bool terminal;
  Clock::duration interval;
  Clock::time_point last; // when something was shown
  bool drawn = false;     // the bar stands on the last line
  std::mutex mutex;       // of all above, since during() has a thread of its own
};

/// Standard output's, or that of nothing.
Progress makeProgress(bool quiet);

/// "0:07", "12:34", "1:02:03"
std::string formatDuration(double seconds);

} // namespace loup
