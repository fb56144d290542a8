#include "runtime/Presence.h"

#include "runtime/Errors.h"
#include "runtime/Utf8.h"

#include <fmt/format.h>

namespace loup {
namespace {

/// The byte at which each word of the text ends.
std::vector<size_t> wordEnds(std::string_view text) {
  std::vector<size_t> ends;
  forEachWord(text, [&](std::string_view word) {
    ends.push_back(word.data() + word.size() - text.data());
  });
  return ends;
}

std::vector<bool> readFlags(std::string_view line, size_t words) {
  std::string_view text = textOf(line);
  if (text.size() == line.size() && words > 0)
    throw UserError("no TAB; behind the text stand a TAB and, for each word, 1 where it is present "
                    "or 0");
  std::vector<bool> flags;
  std::string_view column = line.substr(std::min(text.size() + 1, line.size()));
  for (size_t i = 0; i < column.size(); ++i)
    if (char c = column[i]; c == '0' || c == '1')
      flags.push_back(c == '1');
    else if (c != ' ')
      throw UserError(fmt::format("'{}' behind the TAB; for each word stands 1 where it is present "
                                  "or 0",
                                  printable(column.substr(i, codePointLength(c)))));
  if (flags.size() != words)
    throw UserError(fmt::format("{} word{} and {} flag{} behind the TAB; each word has one", words,
                                words == 1 ? "" : "s", flags.size(), flags.size() == 1 ? "" : "s"));
  return flags;
}

} // namespace

std::string_view textOf(std::string_view line) { return line.substr(0, line.rfind('\t')); }

void checkPresence(std::string_view line) {
  requireUtf8(line);
  readFlags(line, wordEnds(textOf(line)).size());
}

std::vector<int32_t> encodePresent(const Tokenizer &tokenizer, std::string_view line) {
  requireUtf8(line);
  std::vector<size_t> words = wordEnds(textOf(line)), ends;
  std::vector<bool> flags = readFlags(line, words.size());
  std::vector<int32_t> tokens = tokenizer.encode(textOf(line), &ends);
  size_t word = 0;
  for (size_t i = 0; i < tokens.size() && !words.empty(); ++i) {
    while (word + 1 < words.size() && words[word] < ends[i])
      ++word;
    if (!flags[word])
      tokens[i] |= absentMark;
  }
  return tokens;
}

} // namespace loup
