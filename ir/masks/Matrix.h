// The pairs that an attention has, whatever its mask.
#pragma once

#include "ir/masks/MaskProof.h"

namespace loup {

/// The pairs of real queries with real keys, or with all keys, padding included; of a sequence of
/// at least one, and with what is true of all sizes.
MaskSet matrix(KeySide side, bool withPadding);

} // namespace loup
