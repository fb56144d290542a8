// The masks as pictures.
#pragma once

#include "frontend/explain/AttentionMasks.h"
#include "frontend/explain/Html.h"

#include <optional>

namespace loup {

/// A picture of each mask at `length`, and at half and twice that for the reader to choose, up to
/// the model's `longest`. `queriesInBlock`: how many queries kernels take at once, if they go by
/// bounds.
Section maskSection(const std::vector<AttentionMask> &masks, int64_t length, int64_t longest,
                    const std::optional<int64_t> &queriesInBlock);

} // namespace loup
