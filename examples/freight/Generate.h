// Any number of manifests from a seed.
#pragma once

#include <cstdint>
#include <string>

namespace loup::freight {

/// Which manifests a file may hold. It is decided by the JSON itself, so that files of different
/// splits have no JSON in common, whatever their seeds: 90 % are for training, 5 % for each other.
enum class Split { Train, Valid, Test };

struct Example {
  std::string text, json;
};

/// Manifest number `index`. `level` is 1, 2 or 3, or 0 for a mixture: 75, 18 and 7 % of each.
Example generate(uint64_t seed, uint64_t index, int level, Split split);

} // namespace loup::freight
