// The id of a token that a description spells.
#pragma once

#include "frontend/Spec.h"

#include <cstdint>
#include <string>

namespace loup {

/// Whether a text can be one of a tokenizer's symbols: without white space, and none of the names
/// that SentencePiece gives to special ids.
bool canBeSymbol(const std::string &text);
constexpr const char *whatSymbolsAre =
    "one word, and none of SentencePiece's own: <unk>, <s>, </s>, <pad>";

/// Throws UserError where the id is not known before training, or the tokenizer has no such token.
int32_t idOfToken(const TokenizerSpec &tokenizer, const IdsSpec &ids, const std::string &text);

} // namespace loup
