// Which keys a decoder must remember.
#pragma once

#include "ir/masks/MaskSet.h"

#include <cstdint>
#include <optional>

namespace loup {

/// The keys k < first, and those of the last `last` positions, the query's own included.
struct KeptKeys {
  int64_t first = 0;
  int64_t last = 1;

  /// What keeps the keys of both.
  KeptKeys unite(const KeptKeys &other) const;

  bool operator==(const KeptKeys &) const = default;
};

/// Of the keys up to any query t, those that some query from t on may see are among the kept ones,
/// of queries that see no later keys. Nothing where all must be kept, or where some query sees
/// later ones. Residue classes are not told apart.
std::optional<KeptKeys> keptKeys(const MaskSet &allowed);

} // namespace loup
