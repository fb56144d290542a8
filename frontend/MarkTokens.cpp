#include "frontend/MarkTokens.h"

#include "frontend/TokenId.h"

namespace loup {

Marks marksOf(const TokenizerSpec &side, const IdsSpec &ids) {
  auto id = [&](const auto &token) -> std::optional<int32_t> {
    if (token->has_value())
      return idOfToken(side, ids, **token);
    return {};
  };
  return {id(side.absent), id(side.prefixEnd), id(side.documentEnd)};
}

} // namespace loup
