#include "runtime/Tokenizer.h"

#include "runtime/Errors.h"
#include "runtime/Files.h"
#include "runtime/PlainTokenizers.h"
#include "runtime/Random.h"
#include "runtime/SentencePieceTokenizer.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <utility>

namespace loup {

namespace {

constexpr uint64_t largestSample = 1'000'000;

/// At most a million of the lines that are `usable`, each with the same chance (Vitter's algorithm
/// R).
std::vector<std::string> sample(const LineSource &lines, bool (*usable)(const std::string &)) {
  constexpr uint64_t key = 0;
  std::vector<std::string> chosen;
  uint64_t seen = 0;
  while (std::optional<std::string> line = lines()) {
    if (!usable(*line))
      continue;
    if (seen < largestSample)
      chosen.push_back(std::move(*line));
    else if (uint64_t place = randomBits(key, seen) % (seen + 1); place < largestSample)
      chosen[place] = std::move(*line);
    ++seen;
  }
  return chosen;
}

std::string readModel(const TokenizerDescription &description) {
  const std::string &path = description.model;
  std::optional<std::string> bytes = readFile(path);
  if (!bytes)
    throw UserError(fmt::format("cannot read the SentencePiece model {}", path));
  if (description.modelChecksum && modelChecksum(*bytes) != *description.modelChecksum)
    throw UserError(fmt::format("{} has changed since `loup build` read it: put the file back that "
                                "lay there, or build again",
                                path));
  return *bytes;
}

ListTokenizer::Unit unitOf(const TokenizerDescription &description) {
  return description.kind == "words" ? ListTokenizer::Unit::Word : ListTokenizer::Unit::Character;
}

/// What loadTokenizer takes.
std::string learn(const TokenizerDescription &description, const SpecialIds &ids,
                  const LineSource &lines) {
  if (description.kind == "sentencepiece" && !description.model.empty())
    return readModel(description);
  if (description.kind == "sentencepiece")
    return SentencePieceTokenizer::train(description, ids,
                                         sample(lines, SentencePieceTokenizer::canLearnFrom));
  if (description.kind == "words" || description.kind == "characters") {
    auto unit = unitOf(description);
    auto frequent = ListTokenizer::mostFrequent(
        unit, sample(lines, [](const std::string &) { return true; }), description.vocabulary);
    if (frequent.empty())
      throw UserError(fmt::format("the training text is empty: it has no {}", description.kind));
    std::vector<std::string> list = description.symbols;
    for (std::string &text : frequent)
      if (static_cast<int32_t>(list.size()) < IdSlots(ids).capacity(description.vocabulary) &&
          std::ranges::find(description.symbols, text) == description.symbols.end())
        list.push_back(std::move(text));
    return ListTokenizer(unit, ids, std::move(list)).serialize();
  }
  return {};
}

std::unique_ptr<Tokenizer> make(const TokenizerDescription &description, const SpecialIds &ids,
                                std::string_view serialized) {
  if (description.kind == "sentencepiece")
    return std::make_unique<SentencePieceTokenizer>(
        description.model.empty() ? "the stored tokenizer" : description.model, serialized, ids);
  if (description.kind == "words" || description.kind == "characters")
    return std::make_unique<ListTokenizer>(unitOf(description), ids,
                                           ListTokenizer::parse(serialized));
  if (description.kind == "bytes")
    return std::make_unique<ByteTokenizer>(ids);
  if (description.kind == "ids")
    return std::make_unique<IdTokenizer>(ids, description.vocabulary);
  throw InternalError("a tokenizer of kind " + description.kind);
}

} // namespace

uint32_t modelChecksum(std::string_view bytes) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size()));
}

bool learnsFromText(const TokenizerDescription &description) {
  return description.kind == "words" || description.kind == "characters" ||
         (description.kind == "sentencepiece" && description.model.empty());
}

std::unique_ptr<Tokenizer> trainTokenizer(const TokenizerDescription &description,
                                          const SpecialIds &ids, const LineSource &lines,
                                          const std::function<void(const std::string &)> &notice) {
  auto tokenizer = loadTokenizer(description, ids, learn(description, ids, lines));
  if (tokenizer->size() < description.vocabulary)
    notice(fmt::format("vocabulary = {} is more than {}: {} ids are in use", description.vocabulary,
                       description.kind == "bytes" ? "bytes need"
                       : description.model.empty() ? "the training text gives"
                                                   : description.model + " has",
                       tokenizer->size()));
  return tokenizer;
}

std::unique_ptr<Tokenizer> loadTokenizer(const TokenizerDescription &description,
                                         const SpecialIds &ids, std::string_view serialized) {
  auto tokenizer = make(description, ids, serialized);
  if (tokenizer->size() > description.vocabulary)
    throw UserError(fmt::format("{} and the special ids need vocabulary = {}; it is {}",
                                description.model.empty() ? "the " + description.kind
                                                          : "the pieces of " + description.model,
                                tokenizer->size(), description.vocabulary));
  return tokenizer;
}

} // namespace loup
