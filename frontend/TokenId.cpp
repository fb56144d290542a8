#include "frontend/TokenId.h"

#include "frontend/DescribeSpec.h"
#include "frontend/Words.h"
#include "runtime/Errors.h"
#include "runtime/Files.h"
#include "runtime/IdSlots.h"
#include "runtime/Tokenizer.h"
#include "runtime/Utf8.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace loup {
namespace {

/// A tokenizer that is learnt has its symbols first.
int32_t idOfSymbol(const TokenizerSpec &tokenizer, const IdsSpec &ids, const std::string &text) {
  std::string shown = printable(text);
  const std::vector<std::string> &symbols = *tokenizer.symbols;
  auto found = std::find(symbols.begin(), symbols.end(), text);
  if (found == symbols.end() && !canBeSymbol(text))
    throw UserError(fmt::format("\"{}\" cannot be known before training; write a token that can be "
                                "one of the symbols: {}",
                                shown, whatSymbolsAre));
  if (found == symbols.end())
    throw UserError(
        tokenizer.kind == TokenizerKind::Characters
            ? fmt::format("what characters the text has is known after training only; "
                          "{}tokenizer = \"words\" takes symbols = [\"{}\"]",
                          tokenizer.share.value ? "in source, " : "", shown)
            : fmt::format(
                  "\"{}\" may be split or left out in training; make it one of {} symbols{}", shown,
                  tokenizer.share.value ? "source's" : "the",
                  symbols.empty() ? fmt::format(": symbols = [\"{}\"]", shown) : ""));
  return IdSlots(describeIds(ids)).id(static_cast<int32_t>(found - symbols.begin()));
}

} // namespace

bool canBeSymbol(const std::string &text) {
  bool whole = false;
  forEachWord(text, [&](std::string_view word) { whole = word == text; });
  return whole && text != "<unk>" && text != "<s>" && text != "</s>" && text != "<pad>";
}

int32_t idOfToken(const TokenizerSpec &tokenizer, const IdsSpec &ids, const std::string &text) {
  TokenizerDescription description = describeTokenizer(tokenizer);
  if (learnsFromText(description))
    return idOfSymbol(tokenizer, ids, text);
  std::string stored = tokenizer.model->has_value() ? readFile(**tokenizer.model).value_or("") : "";
  auto known = loadTokenizer(description, describeIds(ids), stored);
  // SentencePiece may put a space of its own before a symbol.
  for (int32_t id : known->encode(text))
    if ((id != ids.unknown || tokenizer.kind == TokenizerKind::Ids) &&
        known->decode(std::array{id}) == text)
      return id;
  throw UserError(fmt::format("\"{}\" is no token of this tokenizer", printable(text)));
}

} // namespace loup
