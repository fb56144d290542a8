// Which tokens tell a model's masks something.
#pragma once

#include "frontend/Spec.h"
#include "runtime/Presence.h"

#include <cstdint>
#include <optional>

namespace loup {

/// The ids that mean something on one side.
struct Marks {
  std::optional<int32_t> absent, prefixEnd, documentEnd;

  /// Whether masks find a token present, as a column says or the token itself.
  bool findPresent(int32_t token) const { return isPresent(token) && token != absent; }

  bool areAny(int32_t token) const {
    return token == absent || token == prefixEnd || token == documentEnd;
  }
};

/// Of a checked description, for the source or the target.
Marks marksOf(const TokenizerSpec &side, const IdsSpec &ids);

} // namespace loup
