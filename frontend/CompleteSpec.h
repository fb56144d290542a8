// Defaults that follow from other values.
#pragma once

#include "frontend/Diagnostics.h"
#include "frontend/Spec.h"

namespace loup {

/// Fills what the description leaves to others of its values: the name from the file's, target's
/// tokenizer from source's where it is shared, sizes from an existing SentencePiece model (whose
/// path becomes absolute), and the numbers of the optimizer and schedule that was chosen.
void completeSpec(Spec &spec, Diagnostics &diagnostics);

} // namespace loup
