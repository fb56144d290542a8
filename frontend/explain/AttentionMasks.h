// The masks of a description, each with the attentions that have it.
#pragma once

#include "frontend/Spec.h"
#include "ir/masks/MaskSet.h"

#include "mlir/IR/MLIRContext.h"

#include <string>
#include <vector>

namespace loup {

struct AttentionMask {
  std::string words;              // as in the description: `causal & padding`
  std::string querySide, keySide; // "source" or "target"
  std::vector<int64_t> layers;    // of the encoder or the decoder, counted from 0
  MaskSet allowed;                // padding is hidden, whether the words say so or not
  bool isWithinDocuments;         // and then the set is that of one document

  bool isSelf() const { return querySide == keySide; }

  /// `Decoder self-attention`.
  std::string title() const;

  /// `layers 0 to 3 and 5`.
  std::string describeLayers() const;
};

/// In the order of the description; layers that have the same mask share one.
std::vector<AttentionMask> attentionMasks(const Spec &spec, mlir::MLIRContext *context);

} // namespace loup
