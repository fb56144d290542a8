#include "frontend/StringPlace.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace loup {
namespace {

/// Walks over the text of a string and knows how many bytes of its value lie behind.
class Walk {
public:
  Walk(const SourceFile &file, SourceRange literal)
      : file(file), line(literal.line), column(literal.column) {
    rest = file.line(line);
    for (uint32_t i = 1; i < literal.column; ++i)
      dropCodePoint();
    char quote = rest.empty() ? '"' : rest[0];
    escapes = quote == '"';
    std::string_view triple = quote == '"' ? "\"\"\"" : "'''";
    bool multiLine = rest.starts_with(triple);
    skip(multiLine ? 3 : 1);
    if (multiLine && rest.empty())
      nextLine();
    skipHidden();
  }

  SourceRange here() const { return {line, column, line, column}; }

  /// Passes one character of the value and returns its length in bytes.
  size_t next() {
    size_t length = character();
    skipHidden();
    return length;
  }

private:
  size_t character() {
    if (rest.empty()) {
      nextLine();
      return 1;
    }
    if (escapes && rest.starts_with("\\u"))
      return unicodeEscape(4);
    if (escapes && rest.starts_with("\\U"))
      return unicodeEscape(8);
    if (escapes && rest[0] == '\\') {
      skip(2);
      return 1;
    }
    ++column;
    return dropCodePoint();
  }

  /// A backslash that ends a line hides all white space up to the next character.
  void skipHidden() {
    if (!escapes || !rest.starts_with('\\') || !isBlank(rest.substr(1)))
      return;
    for (nextLine(); isBlank(rest) && line < file.lineCount();)
      nextLine();
    skip(std::min(rest.find_first_not_of(" \t"), rest.size()));
  }

  static bool isBlank(std::string_view text) {
    return text.find_first_not_of(" \t") == std::string_view::npos;
  }

  void skip(size_t characters) {
    rest.remove_prefix(std::min(characters, rest.size()));
    column += characters;
  }

  void nextLine() {
    rest = file.line(++line);
    column = 1;
  }

  size_t dropCodePoint() {
    size_t length = 1;
    while (length < rest.size() && (static_cast<unsigned char>(rest[length]) & 0xC0) == 0x80)
      ++length;
    length = std::min(length, rest.size());
    rest.remove_prefix(length);
    return length;
  }

  size_t unicodeEscape(size_t digits) {
    std::string_view text = rest.substr(2, digits);
    uint32_t point = 0;
    std::from_chars(text.data(), text.data() + text.size(), point, 16);
    skip(2 + digits);
    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }

  const SourceFile &file;
  std::string_view rest;
  uint32_t line, column;
  bool escapes = false;
};

} // namespace

SourceRange placeInString(const SourceFile &file, SourceRange literal, size_t offset,
                          size_t length) {
  Walk walk(file, literal);
  size_t passed = 0;
  auto advance = [&](size_t bytes) {
    while (passed < bytes)
      passed += walk.next();
  };
  advance(offset);
  SourceRange place = walk.here();
  advance(offset + length);
  SourceRange end = walk.here();
  return {place.line, place.column, end.line, end.column};
}

} // namespace loup
