#include "runtime/SentenceEncoder.h"
#include "runtime/Errors.h"
#include "runtime/Presence.h"

#include <fmt/format.h>

#include <algorithm>

namespace loup {

SentenceEncoder::SentenceEncoder(std::string input, const Tokenizer &tokenizer,
                                 const Description &description, bool saysPresence)
    : input(std::move(input)), tokenizer(tokenizer), saysPresence(saysPresence),
      longest(description.maximumLength - 1), end(description.ids.end) {}

template <class Read> auto SentenceEncoder::located(int64_t number, Read read) const {
  try {
    return read();
  } catch (const UserError &error) {
    throw UserError(fmt::format("{}, line {}: {}", input, number, error.what()));
  }
}

std::vector<int32_t> SentenceEncoder::tokens(const std::string &line, int64_t number) const {
  return located(number, [&] {
    return saysPresence ? encodePresent(tokenizer, line) : tokenizer.encode(line);
  });
}

void SentenceEncoder::check(const std::string &line, int64_t number) const {
  if (tokenizer.refusesText())
    tokens(line, number);
  else if (saysPresence)
    located(number, [&] { checkPresence(line); });
}

std::vector<int32_t> SentenceEncoder::encode(const std::string &line, int64_t number) {
  std::vector<int32_t> ids = tokens(line, number);
  if (static_cast<int64_t>(ids.size()) > longest) {
    ids.resize(longest);
    if (++cutLines == 1)
      firstCut = number;
  }
  ids.push_back(end);
  return ids;
}

std::vector<int32_t> SentenceEncoder::encodeBeginning(const std::string &text,
                                                      int64_t number) const {
  std::vector<int32_t> ids = tokens(text, number);
  ids.resize(std::min<size_t>(ids.size(), longest));
  return ids;
}

std::string SentenceEncoder::notice() const {
  if (cutLines == 0)
    return {};
  return fmt::format("{}: {} cut to the {} tokens that the model takes ({}line {})", input,
                     cutLines == 1 ? "1 line was" : fmt::format("{} lines were", cutLines), longest,
                     cutLines == 1 ? "" : "the first is ", firstCut);
}

} // namespace loup
