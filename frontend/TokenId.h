// The id of a token that a description spells.
#pragma once

#include "frontend/Spec.h"

#include <cstdint>
#include <string>

namespace loup {

/// Throws UserError where the id is not known before training, or the tokenizer has no such token.
int32_t idOfToken(const TokenizerSpec &tokenizer, const IdsSpec &ids, const std::string &text);

} // namespace loup
