#include "frontend/explain/ModelSection.h"

#include "frontend/Words.h"
#include "ir/LoupOps.h"

#include <fmt/format.h>

namespace loup {
namespace {

std::string tokens(const TokenizerSpec &spec) {
  const char *what = "";
  switch (*spec.kind) {
  case TokenizerKind::SentencePiece:
    what = "SentencePiece tokens";
    break;
  case TokenizerKind::Words:
    what = "words";
    break;
  case TokenizerKind::Characters:
    what = "characters";
    break;
  case TokenizerKind::Bytes:
    what = "bytes";
    break;
  case TokenizerKind::Ids:
    what = "numbers that stand for tokens";
    break;
  }
  return fmt::format("{}, {} different ones", what, grouped(spec.vocabulary));
}

std::string layer(const LayerSpec &spec) {
  std::vector<std::string> parts;
  if (const auto &self = *spec.selfAttention)
    parts.push_back(fmt::format("self-attention with {}", counted(self->heads, "head")));
  if (const auto &cross = *spec.crossAttention)
    parts.push_back(fmt::format("attention to the source with {}", counted(cross->heads, "head")));
  if (const auto &feed = *spec.feedForward)
    parts.push_back(fmt::format("a feed-forward network of width {} ({})", grouped(feed->width),
                                wordOf(*feed->activation)));
  return listed(parts);
}

/// A line for each table.
Html layers(const std::vector<Field<LayerSpec>> &tables) {
  Html lines;
  for (const Field<LayerSpec> &table : tables)
    lines += element("div", fmt::format("{}{} {}", counted(*table->repeat, "layer"),
                                        table->repeat == 1 ? " of" : ", each of", layer(*table)));
  return lines;
}

int64_t parameters(mlir::ModuleOp module) {
  int64_t count = 0;
  for (auto parameter : module.getOps<ParameterOp>()) {
    int64_t size = 1;
    for (int64_t extent : parameter.getShape())
      size *= extent;
    count += size;
  }
  return count;
}

Html row(const char *what, const Html &value) { return element("dt", what) + element("dd", value); }

} // namespace

Section modelSection(const Spec &spec, mlir::ModuleOp module, const std::string &schedule,
                     const std::string &summary) {
  const DataSpec &data = *spec.data;
  Html rows = row("Task", wordOf(*spec.task));
  rows += row("Reads", tokens(data.source));
  rows += row("Writes", data.target->share->has_value() ? "the same kind" : tokens(data.target));
  if (!spec.encoder->empty())
    rows += row("Encoder", layers(spec.encoder));
  if (!spec.decoder->empty())
    rows += row("Decoder", layers(spec.decoder));
  rows += row("Width", fmt::format("{} numbers stand for a token; sequences have up to {} tokens",
                                   grouped(spec.model->width), grouped(spec.model->length)));
  rows += row("Parameters", grouped(parameters(module)));
  rows += row("Schedule", element("code", schedule) + ": " + summary);
  return {"model", "The model", element("dl", rows)};
}

} // namespace loup
