// Pieces of words, learnt from text (Kudo and Richardson 2018, "SentencePiece").
#pragma once

#include "runtime/IdSlots.h"
#include "runtime/Tokenizer.h"

#include <memory>
#include <string>
#include <vector>

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace loup {

/// A SentencePiece model whose pieces are numbered as Loup's ids: its own special pieces (<unk>,
/// <s>, </s>, <pad>) take the ids of Loup's, and the others follow in their order. A model trained
/// here keeps its numbers; one from elsewhere may not.
class SentencePieceTokenizer : public Tokenizer {
public:
  /// Whether train() takes the line: SentencePiece skips those of more than 64 KiB and those with
  /// the character that it reserves.
  static bool canLearnFrom(const std::string &line);

  /// Trains a model; the result is its serialized form. Throws UserError where the vocabulary is
  /// too small for the text's characters or a symbol cannot be one. The same lines give the same
  /// model.
  static std::string train(const TokenizerDescription &description, const SpecialIds &ids,
                           const std::vector<std::string> &lines);

  /// `name` is what messages call the model. Throws UserError where `serialized` is none.
  SentencePieceTokenizer(const std::string &name, std::string_view serialized,
                         const SpecialIds &ids);
  ~SentencePieceTokenizer() override;

  using Tokenizer::encode;
  std::vector<int32_t> encode(std::string_view line, std::vector<size_t> *ends) const override;
  std::string decode(std::span<const int32_t> ids) const override;
  int32_t size() const override;
  std::string serialize() const override;

private:
  std::unique_ptr<sentencepiece::SentencePieceProcessor> model;
  SpecialIds ids;
  IdSlots slots;
  std::vector<int32_t> pieceOf; // entry -> the model's id
  std::vector<int32_t> idOf;    // the model's id -> ours
};

} // namespace loup
