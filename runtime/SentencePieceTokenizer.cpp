#include "runtime/SentencePieceTokenizer.h"

#include "runtime/Errors.h"
#include "runtime/Utf8.h"

#include <fmt/format.h>
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

namespace loup {

namespace {

// SentencePiece's own limit, 4192 bytes, would drop documents.
constexpr size_t longestTrainingLine = 1 << 16;

// The reserved character U+2585: SentencePiece skips lines that hold it.
constexpr std::string_view reservedCharacter = "\xE2\x96\x85";

/// Above all levels that SentencePiece logs at: its errors come back as a status.
constexpr int silentLogLevel = 5;

void silence() { sentencepiece::SetMinLogLevel(silentLogLevel); }

void checkSymbols(const std::vector<std::string> &symbols) {
  std::set<std::string> seen;
  for (const std::string &symbol : symbols) {
    bool space = symbol.empty();
    forEachWord(symbol, [&](std::string_view word) { space |= word.size() != symbol.size(); });
    if (space)
      throw UserError(
          fmt::format("symbols: \"{}\" must be one word without spaces", printable(symbol)));
    if (std::set<std::string>{"<unk>", "<s>", "</s>", "<pad>"}.contains(symbol))
      throw UserError(fmt::format("symbols: \"{}\" is SentencePiece's name of a special id; "
                                  "choose another",
                                  symbol));
    if (!seen.insert(symbol).second)
      throw UserError(fmt::format("symbols: \"{}\" is given twice", printable(symbol)));
  }
}

/// The different characters that SentencePiece sees in `lines`.
std::set<char32_t> alphabet(const std::string &normalization,
                            const std::vector<std::string> &lines) {
  sentencepiece::SentencePieceNormalizer normalizer;
  if (!normalizer.LoadFromRuleName(normalization).ok())
    throw UserError(fmt::format("normalization = \"{}\" is unknown; SentencePiece has nmt_nfkc, "
                                "nfkc, nmt_nfkc_cf, nfkc_cf and identity",
                                normalization));
  std::set<char32_t> characters;
  for (const std::string &line : lines) {
    std::string normalized = normalizer.Normalize(line);
    for (std::string_view rest = normalized; !rest.empty();) {
      characters.insert(codePoint(rest));
      rest.remove_prefix(codePointLength(rest[0]));
    }
  }
  return characters;
}

/// Comma-separated values, as SentencePiece reads them.
std::string quoted(const std::vector<std::string> &symbols) {
  std::string list;
  for (const std::string &symbol : symbols) {
    list += list.empty() ? "\"" : ",\"";
    for (char c : symbol)
      list.append(c == '"' ? 2 : 1, c);
    list += '"';
  }
  return list;
}

} // namespace

bool SentencePieceTokenizer::canLearnFrom(const std::string &line) {
  return line.size() <= longestTrainingLine && line.find(reservedCharacter) == std::string::npos;
}

std::string SentencePieceTokenizer::train(const TokenizerDescription &description,
                                          const SpecialIds &ids,
                                          const std::vector<std::string> &lines) {
  silence();
  checkSymbols(description.symbols);
  auto characters = static_cast<int32_t>(alphabet(description.normalization, lines).size());
  if (characters == 0)
    throw UserError("the training text is empty: there is nothing to learn pieces from");

  // Here, </s>, <unk>, <s> and <pad> have the ids 0 to 3; the constructor maps them to `ids`.
  constexpr int32_t specialPieces = 4;
  int32_t pieces = IdSlots(ids).capacity(description.vocabulary) + specialPieces;

  // What SentencePiece's manual advises: leave out the rarest characters of large alphabets only.
  bool smallAlphabet = characters <= description.vocabulary / 8;

  std::string model;
  auto status = sentencepiece::SentencePieceTrainer::Train(
      std::unordered_map<std::string, std::string>{
          {"model_type", description.algorithm},
          {"vocab_size", std::to_string(pieces)},
          {"hard_vocab_limit", "false"},
          {"character_coverage", smallAlphabet ? "1" : "0.9995"},
          {"split_digits", description.splitDigits ? "true" : "false"},
          {"byte_fallback", description.byteFallback ? "true" : "false"},
          {"normalization_rule_name", description.normalization},
          {"user_defined_symbols", quoted(description.symbols)},
          {"max_sentence_length", std::to_string(longestTrainingLine)},
          {"num_threads", "16"}, // sums are made in as many parts, on any machine
          {"eos_id", "0"},
          {"unk_id", "1"},
          {"bos_id", "2"},
          {"pad_id", "3"},
          {"minloglevel", std::to_string(silentLogLevel)}},
      lines, &model);
  if (!status.ok()) {
    int32_t needed = characters + specialPieces + static_cast<int32_t>(description.symbols.size()) +
                     (description.byteFallback ? 256 : 0);
    if (needed > pieces)
      throw UserError(fmt::format("vocabulary = {} is too small: the text's {} different "
                                  "characters{} and the special ids need {}",
                                  description.vocabulary, characters,
                                  description.byteFallback ? ", the bytes" : "",
                                  needed + description.vocabulary - pieces));
    throw UserError(fmt::format("cannot train the tokenizer: {}", status.ToString()));
  }
  return model;
}

SentencePieceTokenizer::SentencePieceTokenizer(const std::string &name, std::string_view serialized,
                                               const SpecialIds &ids)
    : model(std::make_unique<sentencepiece::SentencePieceProcessor>()), ids(ids), slots(ids) {
  silence();
  if (auto status = model->LoadFromSerializedProto(serialized); !status.ok())
    throw UserError(fmt::format("{} is not a SentencePiece model", name));

  for (int32_t piece = 0; piece < model->GetPieceSize(); ++piece) {
    idOf.push_back(piece == model->eos_id()   ? ids.end
                   : piece == model->unk_id() ? ids.unknown
                   : piece == model->bos_id() ? ids.begin
                   : piece == model->pad_id() ? ids.padding
                                              : slots.id(static_cast<int32_t>(pieceOf.size())));
    if (slots.entry(idOf.back()))
      pieceOf.push_back(piece);
  }
}

SentencePieceTokenizer::~SentencePieceTokenizer() = default;

std::vector<int32_t> SentencePieceTokenizer::encode(std::string_view line,
                                                    std::vector<size_t> *ends) const {
  requireUtf8(line);
  std::vector<int> pieces;
  sentencepiece::ImmutableSentencePieceText placed; // slower
  auto status = ends ? model->Encode(line, placed.mutable_proto()) : model->Encode(line, &pieces);
  if (!status.ok())
    throw InternalError("SentencePiece cannot encode a line: " + status.ToString());
  for (size_t i = 0; ends && i < placed.pieces_size(); ++i) {
    pieces.push_back(static_cast<int>(placed.pieces(static_cast<int>(i)).id()));
    ends->push_back(placed.pieces(static_cast<int>(i)).end());
  }
  for (int &piece : pieces)
    piece = idOf[piece];
  return pieces;
}

std::string SentencePieceTokenizer::decode(std::span<const int32_t> encoded) const {
  std::vector<int> pieces;
  for (int32_t id : encoded) {
    if (std::optional<int32_t> entry = slots.entry(id)) {
      if (*entry < static_cast<int32_t>(pieceOf.size()))
        pieces.push_back(pieceOf[*entry]);
    } else if (id == ids.unknown) {
      pieces.push_back(model->unk_id());
    }
  }
  std::string line;
  if (auto status = model->Decode(pieces, &line); !status.ok())
    throw InternalError("SentencePiece cannot decode a line: " + status.ToString());
  return toLine(line);
}

int32_t SentencePieceTokenizer::size() const {
  return slots.size(static_cast<int32_t>(pieceOf.size()));
}

std::string SentencePieceTokenizer::serialize() const { return model->serialized_model_proto(); }

} // namespace loup
