#include "frontend/CheckRules.h"
#include "frontend/Words.h"

#include <fmt/format.h>
#include <limits>
#include <utility>

namespace loup {
namespace {

const Field<Matrix> *findTied(const EmbeddingSpec &embedding, Matrix matrix) {
  for (const Field<Matrix> &tied : *embedding.tie)
    if (tied.value == matrix)
      return &tied;
  return nullptr;
}

/// Whether a token id means the same on both sides.
bool sameIds(const TokenizerSpec &source, const TokenizerSpec &target) {
  if (target.share.value)
    return true;
  if (source.kind != target.kind || source.vocabulary != target.vocabulary)
    return false;
  return source.kind == TokenizerKind::Bytes || source.kind == TokenizerKind::Ids ||
         (source.model.value && source.model.value == target.model.value);
}

void checkTie(const Spec &spec, Diagnostics &diagnostics) {
  const DataSpec &data = spec.data;
  const EmbeddingSpec &embedding = spec.model->embedding;
  const auto &tie = embedding.tie;
  if (!sure(tie))
    return;
  if (tie->size() == 1)
    diagnostics.error(tie.range, fmt::format("one matrix cannot be tied; name two or all of {}",
                                             "'source', 'target' and 'output'"));
  const Field<Matrix> *source = findTied(embedding, Matrix::Source);
  const TokenizerSpec &sourceTokenizer = data.source, &targetTokenizer = data.target;
  if (tie->size() < 2 || !source || sameIds(sourceTokenizer, targetTokenizer) ||
      !sure(data.source, data.target, sourceTokenizer.kind, targetTokenizer.kind,
            sourceTokenizer.vocabulary, targetTokenizer.vocabulary, sourceTokenizer.model,
            targetTokenizer.model, targetTokenizer.share))
    return;
  Diagnostic &error = diagnostics.error(
      source->range, "'source' cannot be tied: source and target have different tokenizers; share "
                     "one by target = { share = \"source\" } in [data]");
  if (data.target.given())
    error.note(data.target.range, "target's tokenizer is described here");
}

void checkInitial(const Spec &spec, Diagnostics &diagnostics) {
  const EmbeddingSpec &embedding = spec.model->embedding;
  const auto &initial = *spec.model->initial;
  if (!sure(embedding.tie, initial.embedding, initial.output))
    return;
  const Field<Matrix> *output = findTied(embedding, Matrix::Output);
  if (output && embedding.tie->size() > 1 && initial.embedding.value && initial.output.value &&
      *initial.embedding.value != *initial.output.value)
    diagnostics
        .error(initial.output.range, "embedding and output are one matrix and start alike: leave "
                                     "'output' out, or make the two equal")
        .note(output->range, "they are tied here");
}

/// Elements are counted in 32 bits by the kernels.
void checkSize(const Field<int64_t> &rows, std::string_view rowsName, const Field<int64_t> &columns,
               std::string_view columnsName, Diagnostics &diagnostics) {
  constexpr int64_t most = std::numeric_limits<int32_t>::max();
  if (!sure(rows, columns) || rows * columns <= most)
    return;
  Diagnostic &error = diagnostics.error(
      rows.given() ? rows.range : columns.range,
      fmt::format("a matrix of {} {} by {} {} has {} elements; {} are possible", rowsName,
                  rows.value, columnsName, columns.value, rows * columns, most));
  if (rows.given() && columns.given())
    error.note(columns.range, fmt::format("the {} is given here", columnsName));
}

void checkHeads(const Spec &spec, Diagnostics &diagnostics) {
  const Field<int64_t> &width = spec.model->width;
  if (!sure(width))
    return;
  for (const auto &[heads, places] : placesByHeads(spec, /*crossToo=*/true)) {
    if (width % heads == 0)
      continue;
    int64_t fewer = heads, more = heads;
    while (width % fewer != 0)
      --fewer;
    while (more < width && width % more != 0)
      ++more;
    std::string right = more <= width && width % more == 0 ? fmt::format("{} or {}", fewer, more)
                                                           : fmt::to_string(fewer);
    std::string message =
        fmt::format("{} heads do not divide a width of {}; {} would", heads, width.value, right);
    Diagnostic &error = diagnostics.error(places.front(), std::move(message));
    for (size_t i = 1; i < places.size(); ++i)
      error.note(places[i], "nor do those of this attention");
    if (width.given())
      error.note(width.range, "the width is given here");
  }
}

template <class Part>
void require(const Field<LayerSpec> &layer, const Field<std::optional<Part>> &part,
             std::string message, Diagnostics &diagnostics) {
  if (!part.value && sure(layer, part))
    diagnostics.error(layer.range, std::move(message));
}

void checkLayer(const Spec &spec, const Field<LayerSpec> &layer, bool inDecoder,
                Diagnostics &diagnostics) {
  require(layer, layer->selfAttention,
          inDecoder
              ? "a decoder layer needs 'self_attention', as in self_attention = { heads = 8 }"
              : "an encoder layer needs 'self_attention', as in self_attention = { heads = 8 }",
          diagnostics);
  require(layer, layer->feedForward,
          "a layer needs 'feed_forward', as in feed_forward = { width = "
          "2048 }",
          diagnostics);
  if (inDecoder)
    require(
        layer, layer->crossAttention,
        "a decoder beside an encoder needs 'cross_attention', as in cross_attention = { heads = "
        "8 }: without it the target never sees the source",
        diagnostics);
  if (layer->feedForward.value)
    checkSize(layer->feedForward->value().width, "feed-forward width", spec.model->width, "width",
              diagnostics);
}

void checkDepth(const std::vector<Field<LayerSpec>> &layers, Diagnostics &diagnostics) {
  constexpr int64_t most = 1000;
  int64_t depth = 0;
  for (const Field<LayerSpec> &layer : layers) {
    depth += layer->repeat;
    if (depth > most) {
      diagnostics.error(layer.range,
                        fmt::format("{} layers with this one; {} are possible", depth, most));
      return;
    }
  }
}

void checkFamily(const Spec &spec, Diagnostics &diagnostics) {
  if (!sure(spec.encoder, spec.decoder))
    return;
  if (spec.encoder->empty() && spec.decoder->empty())
    diagnostics.error({}, "a model needs layers: add [[encoder]] and [[decoder]]");
  else if (spec.decoder->empty())
    diagnostics.error(spec.encoder->front().range,
                      "a model of an encoder alone is not supported yet; add [[decoder]]");
  else if (spec.encoder->empty())
    diagnostics.error(spec.decoder->front().range,
                      "a model of a decoder alone is not supported yet; add [[encoder]]");
}

} // namespace

std::map<int64_t, std::vector<SourceRange>> placesByHeads(const Spec &spec, bool crossToo) {
  std::map<int64_t, std::vector<SourceRange>> places;
  auto add = [&](const Field<std::optional<AttentionSpec>> &attention) {
    if (!attention.value || !sure(attention->value().heads))
      return;
    const Field<int64_t> &heads = attention->value().heads;
    places[heads].push_back(heads.given() ? heads.range : attention.range);
  };
  for (const auto *layers : {&*spec.encoder, &*spec.decoder})
    for (const Field<LayerSpec> &layer : *layers) {
      add(layer->selfAttention);
      if (crossToo)
        add(layer->crossAttention);
    }
  return places;
}

void checkModel(const Spec &spec, Diagnostics &diagnostics) {
  const ModelSpec &model = spec.model;
  const DataSpec &data = spec.data;
  checkTie(spec, diagnostics);
  checkInitial(spec, diagnostics);
  checkSize(data.source->vocabulary, "vocabulary", model.width, "width", diagnostics);
  if (!data.target->share.value)
    checkSize(data.target->vocabulary, "vocabulary", model.width, "width", diagnostics);
  if (model.position == PositionKind::Learned)
    checkSize(model.length, "length", model.width, "width", diagnostics);
}

void checkLayers(const Spec &spec, Diagnostics &diagnostics) {
  checkFamily(spec, diagnostics);
  checkDepth(*spec.encoder, diagnostics);
  checkDepth(*spec.decoder, diagnostics);
  checkHeads(spec, diagnostics);
  for (const Field<LayerSpec> &layer : *spec.encoder)
    checkLayer(spec, layer, false, diagnostics);
  for (const Field<LayerSpec> &layer : *spec.decoder)
    checkLayer(spec, layer, true, diagnostics);
}

} // namespace loup
