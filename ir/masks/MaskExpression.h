// A mask in the user's words, and the set it stands for.
//
//     mask       := all ('|' all)*             '|' binds loosest, then '&', then '!'
//     all        := not ('&' not)*
//     not        := '!' not | comparison
//     comparison := sum (('<' | '<=' | '>' | '>=' | '==' | '!=') sum)*   chains as in mathematics
//     sum        := product (('+' | '-') product)*
//     product    := factor ('*' factor | '%' factor)*    '*': one side is a constant
//     factor     := '-' factor | NUMBER | 'q' | 'k' | '(' mask ')' | word
//
// `a % n` is what remains of a, from 0 to n - 1 for negative a too; the least common multiple of a
// mask's moduli is at most 64.
//
// Words and what they allow, positions counting from 0:
//
//     causal      k <= q                      aligned at the start (top left)
//     padding     k < length                  length: the real number of keys of this example
//     window(n)   q - n < k < q + n           with causal: the last n positions, its own included
//     sink(n)     k < n                       the first n positions, open to all
//     prefix      k < prefix                  prefix: how many of this example's keys are given
//     present     where the data say so       one truth value for each key
//     document    all                         but each document is a sequence of its own, in which
//                                             q, k and length count; it joins by '&' alone
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

  /// Whether `word` is one of the words, even where the set does not depend on it.
  bool says(std::string_view word) const;

  /// Whether the mask holds within each document of a row, of which there may be several.
  bool perDocument() const { return withinDocuments; }

  bool operator==(const MaskExpression &other) const { return text == other.text; }

private:
  MaskExpression(std::string text, MaskSet set, bool withinDocuments)
      : text(std::move(text)), set(std::move(set)), withinDocuments(withinDocuments) {}

  std::string text;
  MaskSet set;
  bool withinDocuments;
};

} // namespace loup
