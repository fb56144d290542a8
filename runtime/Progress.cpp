#include "runtime/Progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

namespace loup {

std::string formatDuration(double seconds) {
  auto whole = static_cast<int64_t>(std::ceil(std::clamp(seconds, 0.0, 1e15)));
  int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  if (hours > 0)
    return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
  return fmt::format("{}:{:02}", minutes, whole % 60);
}

Progress::Progress(FILE *out, bool terminal, Clock::duration interval)
    : out(out), terminal(terminal), interval(terminal ? std::chrono::milliseconds(100) : interval),
      last(Clock::now()) {}

Progress makeProgress(bool quiet) {
  const char *kind = std::getenv("TERM");
  bool terminal = isatty(STDOUT_FILENO) && kind && std::string_view(kind) != "dumb";
  return {quiet ? nullptr : stdout, terminal};
}

Progress::~Progress() {
  erase();
  if (out)
    std::fflush(out);
}

/// A reader that is gone is no reason to stop working, so what fails here does so in silence.
static void put(FILE *out, const std::string &text) {
  std::fwrite(text.data(), 1, text.size(), out);
}

void Progress::note(const std::string &line) {
  std::lock_guard lock(mutex);
  if (!out)
    return;
  erase();
  put(out, line + "\n");
  std::fflush(out);
  last = Clock::now();
}

void Progress::show(double share, const std::string &text) {
  std::lock_guard lock(mutex);
  if (!out || Clock::now() - last < interval)
    return;
  if (terminal)
    draw(share, text);
  else if (share >= 0)
    put(out, fmt::format("{:3.0f} %  {}\n", 100 * std::min(share, 1.0), text));
  else
    put(out, text + "\n");
  std::fflush(out);
  last = Clock::now();
}

void Progress::draw(double share, const std::string &text) {
  winsize size{};
  if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    size.ws_col = 80;
  // The last column stays free: writing there makes some terminals begin a new line.
  const int columns = size.ws_col - 1, most = 20, least = 4;
  std::string line = text;
  int width = std::min(most, columns - static_cast<int>(text.size() + std::string("[] ").size()));
  if (share >= 0 && width >= least) {
    int full = static_cast<int>(std::min(share, 1.0) * width);
    line = fmt::format("[{}{}] {}", std::string(full, '#'), std::string(width - full, '.'), text);
  }
  put(out, "\r\x1b[K" + line.substr(0, columns));
  drawn = true;
}

void Progress::erase() {
  if (drawn)
    put(out, "\r\x1b[K");
  drawn = false;
}

void Progress::during(const std::string &text, const std::function<void()> &work) {
  note(text + " ...");
  std::mutex ending;
  std::condition_variable changed;
  bool ended = false;
  std::thread sign([&, begin = Clock::now()] {
    std::unique_lock lock(ending);
    while (!changed.wait_for(lock, std::min<Clock::duration>(interval, std::chrono::seconds(1)),
                             [&] { return ended; })) {
      double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
      show(-1, fmt::format("{}: {}", text, formatDuration(seconds)));
    }
  });
  auto end = [&] {
    {
      std::lock_guard lock(ending);
      ended = true;
    }
    changed.notify_one();
    sign.join();
  };
  try {
    work();
  } catch (...) {
    end();
    throw;
  }
  end();
}

} // namespace loup
