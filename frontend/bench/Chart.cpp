#include "frontend/bench/Results.h"

#include <fmt/format.h>

#include <algorithm>

namespace loup {
namespace {

constexpr int width = 960, margin = 32, columns = 2, gap = 40;
constexpr int panelWidth = (width - 2 * margin - (columns - 1) * gap) / columns;
constexpr int headerHeight = 84, titleHeight = 46, barHeight = 18, barPitch = 26;
constexpr int nameWidth = 92, valueWidth = 128;

std::string escaped(const std::string &text) {
  std::string result;
  for (char c : text)
    result += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  return result;
}

/// As much of a mask's words as has room.
std::string shortened(const std::string &text) {
  constexpr size_t most = panelWidth / 6;
  return text.size() <= most ? text : text.substr(0, most - 4) + " ...";
}

std::string textAt(int x, int y, const char *style, const std::string &text) {
  return fmt::format("  <text x=\"{}\" y=\"{}\" class=\"{}\">{}</text>\n", x, y, style,
                     escaped(text));
}

/// From grey for the first rung to blue for the last.
std::string colour(size_t rung, size_t rungs) {
  double share = rungs < 2 ? 1 : static_cast<double>(rung) / static_cast<double>(rungs - 1);
  auto mix = [&](int from, int to) { return static_cast<int>(from + share * (to - from)); };
  return fmt::format("#{:02x}{:02x}{:02x}", mix(0xa9, 0x1d), mix(0xb2, 0x5f), mix(0xbd, 0xd0));
}

int heightOf(const Measurement &measurement) {
  return titleHeight + static_cast<int>(measurement.rows.size()) * barPitch + gap / 2;
}

/// A bar a rung, as long as its time.
std::string panel(const Measurement &measurement, double peak, int x, int y) {
  std::string text = textAt(x, y + 14, "task", measurement.task + ": " + measurement.data) +
                     textAt(x, y + 32, "data", shortened(measurement.part));
  double longest = 0;
  for (const Row &row : measurement.rows)
    longest = std::max(longest, row.seconds);
  for (size_t i = 0; i < measurement.rows.size(); ++i) {
    const Row &row = measurement.rows[i];
    int top = y + titleHeight + static_cast<int>(i) * barPitch;
    int length = std::max(
        1, static_cast<int>(row.seconds / longest * (panelWidth - nameWidth - valueWidth)));
    text += textAt(x, top + 14, "rung", row.rung);
    text +=
        fmt::format("  <rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"2\" fill=\"{}\"/>\n",
                    x + nameWidth, top, length, barHeight, colour(i, measurement.rows.size()));
    text += textAt(x + nameWidth + length + 6, top + 14, "value",
                   fmt::format("{}, {:.0f} % of peak", formatSeconds(row.seconds),
                               100 * row.operations / row.seconds / peak));
  }
  return text;
}

} // namespace

std::string chartOf(const Results &results) {
  std::string panels;
  int y = headerHeight;
  for (size_t i = 0; i < results.measurements.size(); i += columns) {
    int height = 0;
    for (size_t j = i; j < std::min(i + columns, results.measurements.size()); ++j) {
      int x = margin + static_cast<int>(j - i) * (panelWidth + gap);
      panels += panel(results.measurements[j], results.machine.peak, x, y);
      height = std::max(height, heightOf(results.measurements[j]));
    }
    y += height;
  }
  return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
                     "viewBox=\"0 0 {0} {1}\">\n"
                     "  <style>text {{ font-family: sans-serif; font-size: 12px; fill: #24292f }} "
                     ".title {{ font-size: 20px; font-weight: bold }} "
                     ".task {{ font-size: 14px; font-weight: bold }} "
                     ".data, .value {{ fill: #57606a }}</style>\n"
                     "  <rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
                     width, y + margin / 2) +
         textAt(margin, 38, "title", results.model) +
         textAt(margin, 60, "data",
                fmt::format("{}, {} thread{}, at most {:.1f} GFLOP/s; Loup {}; shorter is faster",
                            results.machine.cpu, results.machine.threads,
                            results.machine.threads == 1 ? "" : "s", results.machine.peak / 1e9,
                            results.version)) +
         panels + "</svg>\n";
}

} // namespace loup
