#include "frontend/bench/Results.h"

#include <fmt/format.h>

namespace loup {
namespace {

std::string threeDigits(double value) {
  return fmt::format("{:.{}f}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

std::string formatBytes(int64_t bytes) {
  if (bytes == 0)
    return "0";
  const char *units[] = {"B", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < std::size(units); ++unit)
    value /= 1000;
  return unit == 0 ? fmt::format("{} B", bytes)
                   : fmt::format("{} {}", threeDigits(value), units[unit]);
}

/// "12,345"
std::string formatCount(double count) {
  std::string digits = fmt::format("{:.0f}", count);
  for (auto at = std::ssize(digits) - 3; at > 0; at -= 3)
    digits.insert(at, ",");
  return digits;
}

} // namespace

std::string formatSeconds(double seconds) {
  const char *units[] = {"s", "ms", "us", "ns"};
  size_t unit = 0;
  for (; seconds < 0.9995 && unit + 1 < std::size(units); ++unit)
    seconds *= 1000;
  return fmt::format("{} {}", threeDigits(seconds), units[unit]);
}

std::string tableOf(const Results &results) {
  std::string text = fmt::format("{} on {}, {} thread{}, at most {:.1f} GFLOP/s; Loup {}\n",
                                 results.model, results.machine.cpu, results.machine.threads,
                                 results.machine.threads == 1 ? "" : "s",
                                 results.machine.peak / 1e9, results.version);
  for (const Measurement &measurement : results.measurements) {
    text += fmt::format("\n{}: {}\n", measurement.task, measurement.data);
    if (!measurement.part.empty())
      text += measurement.part + "\n";
    text += fmt::format("{:<16}{:>10}{:>7}{:>12}{:>11}{:>9}{:>10}{:>10}{:>9}\n", "", "time",
                        "ratio", "tokens/s", "GFLOP/s", "of peak", "memory", "masks", "padding");
    for (const Row &row : measurement.rows)
      text += fmt::format(
          "  {:<14}{:>10}{:>7.2f}{:>12}{:>11.1f}{:>7.0f} %{:>10}{:>10}{:>7.0f} %\n", row.rung,
          formatSeconds(row.seconds), row.seconds / measurement.rows.front().seconds,
          formatCount(row.tokens / row.seconds), row.operations / row.seconds / 1e9,
          100 * row.operations / row.seconds / results.machine.peak, formatBytes(row.memoryBytes),
          formatBytes(row.maskBytes), 100 * row.padding);
  }
  return text;
}

} // namespace loup
