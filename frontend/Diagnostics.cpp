#include "frontend/Diagnostics.h"

#include "runtime/Errors.h"
#include "runtime/Utf8.h"

#include "llvm/Support/Unicode.h"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

namespace loup {
namespace {

constexpr size_t mostMessages = 50;
constexpr size_t tabWidth = 4;
constexpr size_t widestLine = 160; // longer lines are shown around the caret only
constexpr size_t contextBeforeCaret = 60;

/// Escape sequences, or nothing at all where the output is no terminal.
struct Palette {
  std::string_view bold, error, warning, note, caret, off;
};
constexpr Palette colours = {"\033[1m",    "\033[1;31m", "\033[1;35m",
                             "\033[1;36m", "\033[1;32m", "\033[0m"};
constexpr Palette plain = {};

/// The first code point of `text`, which is not empty; a byte that begins none stands for itself.
std::string_view firstCodePoint(std::string_view text) {
  auto lead = static_cast<unsigned char>(text[0]);
  size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF8 ? 4 : 1;
  if (length > text.size())
    return text.substr(0, 1);
  for (size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80)
      return text.substr(0, 1);
  return text.substr(0, length);
}

/// One code point as it is shown: tabs become spaces, what cannot be printed becomes U+FFFD.
struct Cell {
  std::string shown;
  size_t column; // on the screen, from 0
};

/// The cells of a line and one more, empty, for the place behind its end.
std::vector<Cell> layOut(std::string_view line) {
  std::vector<Cell> cells;
  size_t column = 0;
  while (!line.empty()) {
    std::string_view point = firstCodePoint(line);
    line.remove_prefix(point.size());
    int width = llvm::sys::unicode::columnWidthUTF8({point.data(), point.size()});
    if (point == "\t") {
      size_t spaces = tabWidth - column % tabWidth;
      cells.push_back({std::string(spaces, ' '), column});
      column += spaces;
    } else if (width < 0) {
      cells.push_back({"\uFFFD", column++});
    } else {
      cells.push_back({std::string(point), column});
      column += width;
    }
  }
  cells.push_back({"", column});
  return cells;
}

/// The line that `range` begins on, and below it the caret.
std::string excerpt(const SourceFile &file, SourceRange range, const Palette &palette) {
  std::vector<Cell> cells = layOut(file.line(range.line));
  size_t last = cells.size() - 1;
  size_t begin = std::min<size_t>(range.column - 1, last);
  size_t end = range.endLine > range.line ? last : std::min<size_t>(range.endColumn - 1, last);

  size_t from = 0, to = last;
  std::string before, after;
  if (cells[last].column > widestLine) {
    while (cells[begin].column - cells[from].column > contextBeforeCaret)
      ++from;
    while (cells[to].column - cells[from].column > widestLine)
      --to;
    before = from > 0 ? "..." : "";
    after = to < last ? "..." : "";
    end = std::min(end, to);
  }

  std::string shown = before;
  for (size_t i = from; i < to; ++i)
    shown += cells[i].shown;
  shown += after;
  size_t caret = before.size() + cells[begin].column - cells[from].column;
  size_t width = end > begin ? cells[end].column - cells[begin].column : 1;
  return fmt::format("{:5} | {}\n      | {}{}^{}{}\n", range.line, shown, std::string(caret, ' '),
                     palette.caret, std::string(std::max<size_t>(width, 1) - 1, '~'), palette.off);
}

std::string message(const SourceFile &file, SourceRange range, std::string_view kind,
                    std::string_view kindColour, std::string_view text, const Palette &palette) {
  std::string place = file.name;
  if (range)
    place += fmt::format(":{}:{}", range.line, range.column);
  std::string result =
      fmt::format("{}{}:{} {}{}:{} {}{}{}\n", palette.bold, place, palette.off, kindColour, kind,
                  palette.off, palette.bold, printable(text, text.size()), palette.off);
  if (range)
    result += excerpt(file, range, palette);
  return result;
}

} // namespace

std::string_view SourceFile::line(uint32_t number) const {
  std::string_view rest = text;
  if (rest.starts_with("\uFEFF")) // a byte order mark has no column
    rest.remove_prefix(3);
  for (; number > 1; --number) {
    size_t end = rest.find('\n');
    if (end == std::string_view::npos)
      return {};
    rest.remove_prefix(end + 1);
  }
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r'))
    rest.remove_suffix(1);
  return rest;
}

uint32_t SourceFile::lineCount() const { return 1 + std::count(text.begin(), text.end(), '\n'); }

Diagnostic &Diagnostic::note(SourceRange range, std::string message) {
  notes.push_back({range, std::move(message)});
  return *this;
}

Diagnostic &Diagnostics::error(SourceRange range, std::string message) {
  return found.emplace_back(Severity::Error, range, std::move(message));
}

Diagnostic &Diagnostics::warning(SourceRange range, std::string message) {
  return found.emplace_back(Severity::Warning, range, std::move(message));
}

int Diagnostics::errors() const {
  return std::count_if(found.begin(), found.end(),
                       [](const Diagnostic &d) { return d.severity == Severity::Error; });
}

std::string Diagnostics::text(bool colour) const {
  const Palette &palette = colour ? colours : plain;
  std::vector<const Diagnostic *> ordered;
  for (const Diagnostic &diagnostic : found)
    ordered.push_back(&diagnostic);
  std::sort(ordered.begin(), ordered.end(), [](const Diagnostic *a, const Diagnostic *b) {
    return std::tie(a->range.line, a->range.column, a) <
           std::tie(b->range.line, b->range.column, b);
  });

  std::string result;
  for (size_t i = 0; i < std::min(ordered.size(), mostMessages); ++i) {
    const Diagnostic &d = *ordered[i];
    bool isError = d.severity == Severity::Error;
    result += message(file, d.range, isError ? "error" : "warning",
                      isError ? palette.error : palette.warning, d.message, palette);
    for (const Diagnostic::Note &note : d.notes)
      result += message(file, note.range, "note", palette.note, note.message, palette);
  }
  if (ordered.size() > mostMessages)
    result += fmt::format("{}: and {} more\n", file.name, ordered.size() - mostMessages);
  return result;
}

void Diagnostics::refuseErrors() const {
  if (int count = errors())
    throw UserError(
        fmt::format("{}: {} error{}, nothing is built", file.name, count, count == 1 ? "" : "s"));
}

} // namespace loup
