// UTF-8: is it valid, and what are its code points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loup {

/// The offset of the first byte of `text` that is not valid UTF-8 (RFC 3629: no overlong forms, no
/// surrogates, nothing above U+10FFFF), or nothing where all of it is valid.
std::optional<size_t> findInvalidUtf8(std::string_view text);

/// The length in bytes of the code point that starts with `lead`, in valid UTF-8.
size_t codePointLength(char lead);

/// The code point that starts at `text[0]`, in valid UTF-8.
char32_t codePoint(std::string_view text);

/// True for what Unicode calls white space: what Python's str.split() splits at.
bool isSpace(char32_t c);

/// The words of valid UTF-8, split at white space.
template <typename Visit> void forEachWord(std::string_view text, Visit visit) {
  size_t begin = 0, i = 0;
  while (i < text.size()) {
    size_t length = codePointLength(text[i]);
    if (isSpace(codePoint(text.substr(i)))) {
      if (i > begin)
        visit(text.substr(begin, i - begin));
      begin = i + length;
    }
    i += length;
  }
  if (i > begin)
    visit(text.substr(begin, i - begin));
}

/// Throws UserError where `line` is not valid UTF-8; the message names the byte, and the second
/// one's also the line, `number`, of `input`.
void requireUtf8(std::string_view line);
void requireUtf8(std::string_view line, const std::string &input, int64_t number);

/// `text` as one line of valid UTF-8: U+FFFD for each invalid byte, spaces for line ends.
std::string toLine(std::string_view text);

/// `text` as a message of one line can quote it: `\n`, `\x00` or `\u{202e}` for what cannot be seen
/// and for invalid bytes, and `...` for what follows after `most` characters.
std::string printable(std::string_view text, size_t most = 60);

} // namespace loup
