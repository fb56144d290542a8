// What the generated programs know of a description.
#pragma once

#include "frontend/Spec.h"
#include "runtime/Description.h"

namespace loup {

TokenizerDescription describeTokenizer(const TokenizerSpec &spec);
SpecialIds describeIds(const IdsSpec &spec);

/// The part of a checked `spec` that the runtime needs. The fingerprint is SHA-256, in hexadecimal,
/// over the tokenizers, the ids and the network: what decides which weights and ids mean the same.
/// Dropout, initial weights, training and decoding do not enter it.
Description makeDescription(const Spec &spec);

} // namespace loup
