#include "runtime/Utf8.h"

#include "runtime/Errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace loup {

namespace {

/// The length of the valid sequence at the start of `text`, or 0. The table is Unicode's 3-7: what
/// may follow the first byte depends on it only in the second.
size_t validLength(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char lead = byte(0), low = 0x80, high = 0xBF;
  size_t length;
  if (lead < 0x80)
    return 1;
  if (lead < 0xC2 || lead > 0xF4)
    return 0;
  if (lead < 0xE0) {
    length = 2;
  } else if (lead < 0xF0) {
    length = 3;
    if (lead == 0xE0)
      low = 0xA0; // shorter forms exist below
    if (lead == 0xED)
      high = 0x9F; // surrogates lie above
  } else {
    length = 4;
    if (lead == 0xF0)
      low = 0x90;
    if (lead == 0xF4)
      high = 0x8F;
  }
  if (text.size() < length || byte(1) < low || byte(1) > high)
    return 0;
  for (size_t i = 2; i < length; ++i)
    if (byte(i) < 0x80 || byte(i) > 0xBF)
      return 0;
  return length;
}

} // namespace

std::optional<size_t> findInvalidUtf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    // Most text is mostly ASCII: eight bytes at once.
    if (uint64_t word; i + sizeof(word) <= text.size()) {
      std::memcpy(&word, text.data() + i, sizeof(word));
      if ((word & 0x8080808080808080u) == 0) {
        i += sizeof(word);
        continue;
      }
    }
    size_t length = validLength(text.substr(i));
    if (length == 0)
      return i;
    i += length;
  }
  return std::nullopt;
}

size_t codePointLength(char lead) {
  auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

char32_t codePoint(std::string_view text) {
  size_t length = codePointLength(text[0]);
  if (length == 1)
    return static_cast<unsigned char>(text[0]);
  char32_t c = static_cast<unsigned char>(text[0]) & (0xFF >> (length + 1));
  for (size_t i = 1; i < length; ++i)
    c = (c << 6) | (static_cast<unsigned char>(text[i]) & 0x3F);
  return c;
}

bool isSpace(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

void requireUtf8(std::string_view line) {
  if (auto invalid = findInvalidUtf8(line))
    throw UserError(fmt::format("byte {}, 0x{:02X}, is not valid UTF-8; convert the text, for "
                                "example with iconv -f LATIN1 -t UTF-8",
                                *invalid + 1, static_cast<unsigned char>(line[*invalid])));
}

void requireUtf8(std::string_view line, const std::string &input, int64_t number) {
  try {
    requireUtf8(line);
  } catch (const UserError &error) {
    throw UserError(fmt::format("{}, line {}: {}", input, number, error.what()));
  }
}

std::string toLine(std::string_view text) {
  std::string line;
  while (auto invalid = findInvalidUtf8(text)) {
    line.append(text.substr(0, *invalid)).append("\uFFFD");
    text.remove_prefix(*invalid + 1);
  }
  line.append(text);
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

/// Controls, and what has no width or turns the direction of what follows.
static bool isInvisible(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

std::string printable(std::string_view text, size_t most) {
  std::string shown;
  for (; !text.empty(); --most) {
    if (most == 0)
      return shown + "...";
    size_t length = validLength(text);
    char32_t c = length > 0 ? codePoint(text) : static_cast<unsigned char>(text[0]);
    if (c == '\n' || c == '\t' || c == '\r')
      shown += c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r";
    else if (length == 0 || (c < 0x80 && isInvisible(c)))
      shown += fmt::format("\\x{:02x}", uint32_t(c));
    else if (isInvisible(c))
      shown += fmt::format("\\u{{{:x}}}", uint32_t(c));
    else
      shown += text.substr(0, length);
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return shown;
}

} // namespace loup
