// Lines of one input as the model takes them.
#pragma once

#include "runtime/Description.h"
#include "runtime/Tokenizer.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loup {

/// Turns lines into token ids with the end behind them, cuts those that are longer than the model
/// takes, and remembers how many.
class SentenceEncoder {
public:
  /// `input` is what messages call it; its lines may say which words are present (Presence.h). The
  /// tokenizer must outlive the encoder.
  SentenceEncoder(std::string input, const Tokenizer &tokenizer, const Description &description,
                  bool saysPresence = false);

  /// Throws UserError that names input and line where the tokenizer refuses it.
  std::vector<int32_t> encode(const std::string &line, int64_t number);

  /// The tokens of a line's beginning, without an end and no more than the model takes.
  std::vector<int32_t> encodeBeginning(const std::string &text, int64_t number) const;

  /// The most tokens that the model takes, the end aside.
  int32_t mostTokens() const { return longest; }

  /// Throws where encode() would, at little cost where the tokenizer takes all text.
  void check(const std::string &line, int64_t number) const;

  /// What the user should know of the lines that were cut, or nothing.
  std::string notice() const;

private:
  template <class Read> auto located(int64_t number, Read read) const;
  std::vector<int32_t> tokens(const std::string &line, int64_t number) const;

  std::string input;
  const Tokenizer &tokenizer;
  bool saysPresence;
  int32_t longest; // in tokens, without the end
  int32_t end;
  int64_t cutLines = 0, firstCut = 0;
};

} // namespace loup
