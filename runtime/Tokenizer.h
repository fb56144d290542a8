// Lines of text to token ids and back. Ids never include end, begin or padding: the programs add
// those themselves.
#pragma once

#include "runtime/Description.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loup {

class Tokenizer {
public:
  virtual ~Tokenizer() = default;

  /// The ids of one line. Throws UserError on invalid UTF-8, or for `ids` on what is no id.
  std::vector<int32_t> encode(std::string_view line) const { return encode(line, nullptr); }

  /// The same; `ends`, where given, receives the byte of the line at which each token ends.
  virtual std::vector<int32_t> encode(std::string_view line, std::vector<size_t> *ends) const = 0;

  /// Whether encode() refuses some text that is valid UTF-8.
  virtual bool refusesText() const { return false; }

  /// The line of these ids, one line of valid UTF-8. End, begin, padding and ids that are not in
  /// use are left out; the unknown shows as the tokenizer's sign for it.
  virtual std::string decode(std::span<const int32_t> ids) const = 0;

  /// Ids in use, at most description.vocabulary: [size, vocabulary) never occur.
  virtual int32_t size() const = 0;

  /// All that loadTokenizer needs, as bytes; kept in the checkpoint.
  virtual std::string serialize() const = 0;
};

/// Gives the next line of the training text, or nothing at its end.
using LineSource = std::function<std::optional<std::string>()>;

/// The CRC-32 of a SentencePiece file's bytes.
uint32_t modelChecksum(std::string_view bytes);

/// Whether trainTokenizer() reads any text.
bool learnsFromText(const TokenizerDescription &description);

/// Trains the tokenizer that `description` asks for on at most a million lines sampled from
/// `lines`, or reads the model it names. `notice` receives what the user should know, such as a
/// vocabulary that had to be reduced. Throws UserError on text without a character, a vocabulary
/// too small for the text's characters, or a model that cannot be read, has changed since the
/// description was made or has more pieces than the vocabulary.
std::unique_ptr<Tokenizer> trainTokenizer(const TokenizerDescription &description,
                                          const SpecialIds &ids, const LineSource &lines,
                                          const std::function<void(const std::string &)> &notice);

/// The tokenizer whose serialize() gave `serialized`: nothing for `bytes` and `ids`.
std::unique_ptr<Tokenizer> loadTokenizer(const TokenizerDescription &description,
                                         const SpecialIds &ids, std::string_view serialized);

} // namespace loup
