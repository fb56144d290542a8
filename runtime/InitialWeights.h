// The values that training starts from.
#pragma once

#include "runtime/Model.h"

#include <cstdint>

namespace loup {

/// Fills every parameter as its `initial` says. Each draws from a stream of its own, keyed by the
/// seed and its name: adding a parameter changes no other.
void initializeWeights(Model &model, uint64_t seed);

} // namespace loup
