// Where the tokens of a source say that it is given up to there, and that a document ends.
#pragma once

#include "runtime/Presence.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace loup {

/// How many tokens are given: those up to the first of the id `end`, itself included; none where
/// there is no such token.
inline int32_t prefixOf(std::span<const int32_t> tokens, int32_t end) {
  auto found = std::ranges::find(tokens, end, idOf);
  return found == tokens.end() ? 0 : static_cast<int32_t>(found - tokens.begin()) + 1;
}

/// Calls `use(first, past)` with the places of each document; a token of the id `end` is the last
/// of its document, as the last token is.
template <class Use>
void forDocuments(std::span<const int32_t> tokens, int32_t end, const Use &use) {
  size_t first = 0;
  for (size_t i = 0; i < tokens.size(); ++i)
    if (idOf(tokens[i]) == end || i + 1 == tokens.size()) {
      use(first, i + 1);
      first = i + 1;
    }
}

} // namespace loup
