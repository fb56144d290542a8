#include "frontend/CheckRules.h"
#include "frontend/Words.h"

#include <array>
#include <fmt/format.h>

namespace loup {
namespace {

void checkKindOfKeys(const TokenizerSpec &tokenizer, Diagnostics &diagnostics) {
  const auto &kind = tokenizer.kind;
  auto refuse = [&](const auto &value, std::string_view key,
                    std::string_view kinds = "sentencepiece only") {
    refuseIfGiven(
        diagnostics, value,
        fmt::format("'{}' is for {}, and this tokenizer is '{}'", key, kinds, wordOf(kind.value)),
        kind, "the tokenizer is chosen here");
  };
  if (kind == TokenizerKind::SentencePiece)
    return;
  refuse(tokenizer.algorithm, "algorithm");
  refuse(tokenizer.splitDigits, "split_digits");
  refuse(tokenizer.byteFallback, "byte_fallback");
  refuse(tokenizer.normalization, "normalization");
  if (kind != TokenizerKind::Words)
    refuse(tokenizer.symbols, "symbols", "sentencepiece and words");
  refuse(tokenizer.model, "model");
}

void checkExistingModel(const TokenizerSpec &tokenizer, Diagnostics &diagnostics) {
  auto refuse = [&](const auto &value, std::string_view key) {
    refuseIfGiven(diagnostics, value,
                  fmt::format("'{}' is for training a tokenizer, and this one exists", key),
                  tokenizer.model, "the model is given here");
  };
  refuse(tokenizer.algorithm, "algorithm");
  refuse(tokenizer.splitDigits, "split_digits");
  refuse(tokenizer.byteFallback, "byte_fallback");
  refuse(tokenizer.normalization, "normalization");
  refuse(tokenizer.symbols, "symbols");
}

void checkVocabulary(const TokenizerSpec &tokenizer, Diagnostics &diagnostics) {
  const auto &kind = tokenizer.kind;
  const auto &vocabulary = tokenizer.vocabulary;
  if (!sure(kind, vocabulary))
    return;
  if (kind == TokenizerKind::Ids && !vocabulary.given())
    diagnostics.error(kind.range,
                      "a tokenizer of ids needs its 'vocabulary': the highest id plus 1");
}

using NamedId = std::pair<std::string_view, const Field<int64_t> *>;

void checkIds(const DataSpec &data, Diagnostics &diagnostics) {
  const IdsSpec &ids = data.ids;
  const std::array<NamedId, 4> all = {{{"end", &ids.end},
                                       {"unknown", &ids.unknown},
                                       {"begin", &ids.begin},
                                       {"padding", &ids.padding}}};
  for (size_t i = 0; i < all.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      auto [name, id] = all[i];
      auto [otherName, other] = all[j];
      if (!sure(*id, *other) || id->value != other->value)
        continue;
      if (!id->given()) {
        std::swap(id, other);
        std::swap(name, otherName);
      }
      Diagnostic &error = diagnostics.error(
          id->range, fmt::format("'{}' and '{}' are both {}; every id has one meaning", otherName,
                                 name, id->value));
      if (other->given())
        error.note(other->range, fmt::format("'{}' is given here", otherName));
    }
  for (auto [name, id] : all)
    for (auto [side, tokenizer] :
         {std::pair("source", &data.source), std::pair("target", &data.target)}) {
      const Field<int64_t> &vocabulary = (*tokenizer)->vocabulary;
      if (!sure(*id, vocabulary) || id->value < vocabulary.value)
        continue;
      SourceRange place = id->given() ? id->range : vocabulary.range;
      Diagnostic &error =
          diagnostics.error(place, fmt::format("'{}' is {}, outside {}'s vocabulary of {}", name,
                                               id->value, side, vocabulary.value));
      if (id->given() && vocabulary.given())
        error.note(vocabulary.range, "the vocabulary is given here");
      if (tokenizer == &data.source && data.target->share.value)
        break;
    }
}

} // namespace

void checkData(const Spec &spec, Diagnostics &diagnostics) {
  const DataSpec &data = spec.data;
  for (const Field<TokenizerSpec> *tokenizer : {&data.source, &data.target}) {
    if (tokenizer == &data.target && data.target->share.value)
      continue;
    checkKindOfKeys(*tokenizer, diagnostics);
    if ((*tokenizer)->model.value && (*tokenizer)->kind == TokenizerKind::SentencePiece)
      checkExistingModel(*tokenizer, diagnostics);
    checkVocabulary(*tokenizer, diagnostics);
  }
  checkIds(data, diagnostics);
}

} // namespace loup
