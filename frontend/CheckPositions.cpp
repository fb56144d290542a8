// Rules of how positions are told.
#include "frontend/CheckRules.h"
#include "ir/masks/MaskExpression.h"
#include "ir/masks/MaskProof.h"

#include <fmt/format.h>
#include <optional>

namespace loup {
namespace {

/// Whether embeddings start well below sines and cosines, as Xavier's do.
bool startsSmall(const Spec &spec) {
  const auto &bound = spec.model->initial->embedding;
  return !sure(bound) || !bound.value || *bound.value < 0.5;
}

void checkSinusoids(const Spec &spec, Diagnostics &diagnostics) {
  const ModelSpec &model = spec.model;
  const auto &scale = model.embedding->scale;
  if (!sure(model.position) || model.position != PositionKind::Sinusoidal)
    return;
  auto noteChoice = [&](Diagnostic &diagnostic) {
    if (model.position.given())
      diagnostic.note(model.position.range, "the positions are chosen here");
  };
  if (sure(model.width) && model.width % 2 != 0)
    noteChoice(diagnostics.error(
        model.width.range,
        fmt::format(
            "sinusoidal positions are pairs of sine and cosine and need an even 'width'; {} "
            "is odd",
            model.width.value)));
  if (sure(scale) && scale == EmbeddingScale::None && startsSmall(spec))
    noteChoice(diagnostics.warning(
        scale.range, "unscaled embeddings are small beside sinusoidal positions, which drown them; "
                     "scale = \"sqrt\" is usual"));
}

/// Whether a mask lets a query tell tokens apart by where they stand. It does not if all tokens are
/// alike to it: the query's own, and the others, each of them present or absent.
bool tellsOrder(const MaskExpression &mask, std::optional<int64_t> longest) {
  MaskSet own = MaskSet::where({.query = 1, .key = -1, .equality = true});
  for (const MaskSet &keys : {own, own.complement()})
    for (bool present : {true, false}) {
      MaskSet allowed = mask.allowed().whereKeysAre(present);
      if (!hidesEverything(keys.intersect(allowed), KeySide::Own, longest) &&
          !hidesEverything(keys.intersect(allowed.complement()), KeySide::Own, longest))
        return true;
    }
  return mask.perDocument();
}

/// Attention alone treats its keys as a set.
void warnWithoutPositions(const Spec &spec, std::string_view side,
                          const std::vector<Field<LayerSpec>> &layers, Diagnostics &diagnostics) {
  const Field<PositionKind> &position = spec.model->position;
  if (!sure(position) || position != PositionKind::None)
    return;
  std::optional<int64_t> longest;
  if (sure(spec.model->length))
    longest = spec.model->length;
  const Field<std::string> *telling = nullptr;
  for (const Field<LayerSpec> &layer : layers) {
    const Field<std::optional<AttentionSpec>> &attention = layer->selfAttention;
    if (!attention.value || !sure(attention->value().mask))
      return;
    if (!telling && tellsOrder(MaskExpression::parse(attention->value().mask.value), longest))
      telling = &attention->value().mask;
  }
  if (layers.empty())
    return;
  Diagnostic &warning = diagnostics.warning(
      position.range,
      telling ? fmt::format("without positions the {} knows of the order of its tokens only what "
                            "its masks tell",
                            side)
              : fmt::format("without positions the {} does not know the order of its tokens: in "
                            "any other it gives each the same result",
                            side));
  if (telling && telling->given())
    warning.note(telling->range, "this mask tells something of it");
}

/// Rotary positions turn pairs of a head's columns.
void checkHeadWidth(const Spec &spec, Diagnostics &diagnostics) {
  const ModelSpec &model = spec.model;
  const Field<int64_t> &width = model.width;
  if (!sure(model.position, width) || model.position != PositionKind::Rotary)
    return;
  for (const auto &[heads, places] : placesByHeads(spec, /*crossToo=*/false)) {
    if (width % heads != 0 || width / heads % 2 == 0)
      continue;
    int64_t columns = width / heads;
    Diagnostic &error = diagnostics.error(
        places.front(),
        fmt::format("rotary positions turn pairs of columns and need heads of an even width; {} of "
                    "a width of {} {} {} column{}{}",
                    heads == 1 ? "one head" : fmt::format("{} heads", heads), width.value,
                    heads == 1 ? "has" : "have", columns, columns == 1 ? "" : "s",
                    heads == 1 ? "" : " each"));
    for (size_t i = 1; i < places.size(); ++i)
      error.note(places[i], "so have those of this attention");
    error.note(model.position.range, "the positions are chosen here");
  }
}

/// The layers of a side share the table of relative positions, with a column for each head.
void checkSharedTable(const Spec &spec, const std::vector<Field<LayerSpec>> &layers,
                      Diagnostics &diagnostics) {
  const Field<PositionKind> &position = spec.model->position;
  if (!sure(position) || position != PositionKind::Relative)
    return;
  const Field<int64_t> *first = nullptr;
  for (const Field<LayerSpec> &layer : layers) {
    const Field<std::optional<AttentionSpec>> &attention = layer->selfAttention;
    if (!attention.value || !sure(attention->value().heads))
      continue;
    const Field<int64_t> &heads = attention->value().heads;
    if (!first)
      first = &heads;
    if (heads == *first)
      continue;
    Diagnostic &error = diagnostics.error(
        heads.given() ? heads.range : attention.range,
        fmt::format("the layers of a side share one table of relative positions and need as many "
                    "heads each; these are {}, the first ones {}",
                    heads.value, first->value));
    if (first->given())
      error.note(first->range, "the first ones are given here");
    error.note(position.range, "the positions are chosen here");
    return;
  }
}

} // namespace

void checkPositions(const Spec &spec, Diagnostics &diagnostics) {
  checkSinusoids(spec, diagnostics);
  checkHeadWidth(spec, diagnostics);
  for (const auto &[side, layers] :
       {std::pair("encoder", &*spec.encoder), std::pair("decoder", &*spec.decoder)}) {
    checkSharedTable(spec, *layers, diagnostics);
    warnWithoutPositions(spec, side, *layers, diagnostics);
  }
}

} // namespace loup
