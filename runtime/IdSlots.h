// How the entries of a vocabulary are numbered around the special ids.
#pragma once

#include "runtime/Description.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace loup {

/// Entry 0 has the smallest id that is not special, entry 1 the next, and so on: with the default
/// special ids, entry i has id i + 4.
class IdSlots {
public:
  explicit IdSlots(const SpecialIds &ids);

  int32_t id(int32_t entry) const;

  /// Nothing for a special id.
  std::optional<int32_t> entry(int32_t id) const;

  /// The ids that so many entries and the special ones need: all ids are below it.
  int32_t size(int32_t entries) const;

  /// The entries that fit into so many ids.
  int32_t capacity(int32_t size) const { return size - static_cast<int32_t>(special.size()); }

private:
  std::vector<int32_t> special; // ascending, each once
};

} // namespace loup
