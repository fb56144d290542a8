// What the language has a name for and nothing builds yet. It is refused where it stands.
#pragma once

#include <string_view>

namespace loup {

/// A key or, where `word` is given, one of the words that it could have.
struct NotYet {
  std::string_view key, word;
};

inline constexpr NotYet notYet[] = {
    {"head", ""},    {"lstm", ""},         {"gru", ""},
    {"rnn", ""},     {"task", "generate"}, {"task", "fill"},
    {"task", "tag"}, {"task", "classify"}, {"task", "forecast"},
};

inline bool isNotYet(std::string_view key, std::string_view word = {}) {
  for (const NotYet &entry : notYet)
    if (entry.key == key && entry.word == word)
      return true;
  return false;
}

} // namespace loup
