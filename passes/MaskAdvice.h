// What is said of a mask beside what is proved: which one would be accepted in its place, and which
// of its words the model is too short for.
#pragma once

#include "ir/masks/MaskProof.h"

#include <optional>
#include <string>

namespace loup {

/// A mask, and what its place in the model asks of it.
struct PlacedMask {
  std::string words;
  MaskSet allowed; // of real keys
  std::string querySide, keySide;
  bool isScored;                  // its results predict tokens: none may see a later one
  bool emptyIsZero;               // queries without a key are defined
  std::optional<int64_t> longest; // the model's length

  KeySide keys() const { return querySide == keySide ? KeySide::Own : KeySide::Other; }

  /// What proofs refuse of it, if anything.
  std::optional<EmptyRow> emptyRow() const;
  std::optional<LaterToken> laterToken() const;
};

/// A mask that no proof refuses in this place, with as much of this one in it as can stay; empty
/// where none is known.
std::string acceptedInstead(const PlacedMask &mask);

/// The first `window(n)` or `sink(n)` that holds for all pairs of so short a model; empty if there
/// is none.
std::string wordAlwaysTrue(const PlacedMask &mask);

/// ` (the model's length is 40)` of a counterexample that needs more positions than that.
std::string beyondTheModel(int64_t positions, std::optional<int64_t> longest);

} // namespace loup
