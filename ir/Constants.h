// Numbers that the compiler and the programs it prints agree on.
#pragma once

namespace loup {

/// What a mask writes over a hidden score. Finite, so that no arithmetic on it gives NaN; far below
/// any score, so that softmax can tell it apart.
constexpr float hiddenScore = -1e30f;

} // namespace loup
