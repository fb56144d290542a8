// The words, numbers and signs a mask's text is made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loup {

struct MaskToken {
  enum class Kind { Word, Number, Sign, End };

  Kind kind;
  std::string_view text; // in the text that was given; empty for End
  size_t offset;         // bytes from its start
  int64_t number = 0;    // of a Number

  size_t end() const { return offset + text.size(); }
};

/// The largest number a mask may hold.
constexpr int64_t largestMaskNumber = 1'000'000;

/// Cuts a mask's text into tokens, the last of which is End. The tokens point into `text`. Throws
/// MaskError at a sign no mask has, and at `and`, `or` and `not`. A comma, which none has either,
/// is a Sign for the parser to refuse: it knows what was meant.
std::vector<MaskToken> tokenizeMask(std::string_view text);

/// The tokens with one way of spacing: `causal & (q - k < 64 | !sink(4))`.
std::string joinMaskTokens(const std::vector<MaskToken> &tokens);

/// The word of the mask language nearest to `word` (by case, beginning or edit distance), or empty
/// if none is near.
std::string nearestMaskWord(std::string_view word);

} // namespace loup
