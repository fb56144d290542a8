#include "frontend/explain/AttentionMasks.h"

#include "frontend/explain/Html.h"
#include "ir/LoupDialect.h"

#include <algorithm>

namespace loup {

std::string AttentionMask::title() const {
  return std::string(querySide == "source" ? "Encoder" : "Decoder") +
         (isSelf() ? " self-attention" : " cross-attention");
}

std::string AttentionMask::describeLayers() const {
  std::vector<std::string> runs;
  for (size_t first = 0, end; first < layers.size(); first = end) {
    for (end = first + 1; end < layers.size() && layers[end] == layers[end - 1] + 1;)
      ++end;
    std::string run = std::to_string(layers[first]);
    runs.push_back(end == first + 1 ? run : run + " to " + std::to_string(layers[end - 1]));
  }
  return (layers.size() == 1 ? "layer " : "layers ") + listed(runs);
}

std::vector<AttentionMask> attentionMasks(const Spec &spec, mlir::MLIRContext *context) {
  std::vector<AttentionMask> masks;
  auto add = [&](const std::optional<AttentionSpec> &attention, const char *querySide,
                 const char *keySide, int64_t layer) {
    if (!attention)
      return;
    const std::string &words = *attention->mask;
    auto known = std::find_if(masks.begin(), masks.end(), [&](const AttentionMask &mask) {
      return mask.words == words && mask.querySide == querySide && mask.keySide == keySide;
    });
    if (known == masks.end()) {
      MaskAttr mask = MaskAttr::get(context, words);
      known = masks.insert(
          known, {words, querySide, keySide, {}, mask.allowed(), mask.isWithinDocuments()});
    }
    known->layers.push_back(layer);
  };
  auto addAll = [&](const std::vector<Field<LayerSpec>> &tables, const char *side) {
    int64_t layer = 0;
    for (const Field<LayerSpec> &table : tables)
      for (int64_t i = 0; i < *table->repeat; ++i, ++layer) {
        add(*table->selfAttention, side, side, layer);
        add(*table->crossAttention, side, "source", layer);
      }
  };
  addAll(*spec.encoder, "source");
  addAll(*spec.decoder, "target");
  return masks;
}

} // namespace loup
