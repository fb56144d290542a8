// How far a word is from another one.
#pragma once

#include <cstddef>
#include <string_view>

namespace loup {

/// How many letters have to be changed, added, left out or swapped with their neighbour to make `b`
/// of `a`, case ignored (optimal string alignment).
size_t editDistance(std::string_view a, std::string_view b);

} // namespace loup
