// Decoding of a fixed length, to be timed.
#pragma once

#include "runtime/Model.h"

#include <cstdint>

namespace loup {

/// Gives each sentence `steps` tokens, always the most probable next one; an end
/// is a token as all others are, so that each run has the same work.
Ragged decodeGreedily(Model &model, const Ragged &source, int32_t steps);

} // namespace loup
