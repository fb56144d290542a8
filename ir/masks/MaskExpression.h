// A mask in the user's words, and the set it stands for.
//
//     mask       := any ('|' any)*            '|' binds loosest, then '&', then '!'
//     any        := not ('&' not)*
//     not        := '!' not | comparison
//     comparison := sum (('<' | '<=' | '>' | '>=' | '==' | '!=') sum)*      chains as in
//     mathematics sum        := product (('+' | '-') product)* product    := factor ('*' factor)*
//     one side is a constant factor     := '-' factor | NUMBER | 'q' | 'k' | '(' mask ')'
//                 | 'causal' | 'padding' | 'window' '(' NUMBER ')' | 'sink' '(' NUMBER ')'
//
// Words and what they allow, positions counting from 0:
//
//     causal      k <= q                      aligned at the start (top left)
//     padding     k < length                  length: the real number of keys of this example
//     window(n)   q - n < k < q + n           with causal: the last n positions, its own included
//     sink(n)     k < n                       the first n positions, open to all
#pragma once

#include "ir/masks/MaskSet.h"
#include "runtime/Errors.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace loup {

/// A mistake in a mask, with the place it has in the text.
struct MaskError : UserError {
  MaskError(size_t offset, size_t length, std::string message, std::string suggestion = "");

  size_t offset; // bytes from the start of the text; at its very end when something is missing
  size_t length; // bytes, 0 when something is missing
  std::string message;
  std::string suggestion; // what would be right in this place, or empty
};

class MaskExpression {
public:
  /// Throws MaskError.
  static MaskExpression parse(std::string_view text);

  /// The user's own words, normalised in white space. Parsing them gives the same expression.
  const std::string &words() const { return text; }

  const MaskSet &allowed() const { return set; }

  bool operator==(const MaskExpression &other) const { return text == other.text; }

private:
  MaskExpression(std::string text, MaskSet set) : text(std::move(text)), set(std::move(set)) {}

  std::string text;
  MaskSet set;
};

} // namespace loup
