#include "frontend/DescribeSpec.h"

#include "frontend/MarkTokens.h"
#include "frontend/Words.h"
#include "runtime/Files.h"
#include "runtime/Tokenizer.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

#include <fmt/format.h>

namespace loup {
namespace {

std::string hash(const std::string &text) {
  auto bytes = llvm::ArrayRef(reinterpret_cast<const uint8_t *>(text.data()), text.size());
  return llvm::toHex(llvm::SHA256::hash(bytes), /*LowerCase=*/true);
}

TrainDescription describe(const TrainSpec &spec, const LossSpec &loss) {
  const OptimizerSpec &optimizer = spec.optimizer;
  const ScheduleSpec &schedule = spec.schedule;
  return {.optimizer = {.kind = std::string(wordOf(*optimizer.kind)),
                        .beta1 = (*optimizer.betas)[0],
                        .beta2 = (*optimizer.betas)[1],
                        .epsilon = optimizer.epsilon,
                        .weightDecay = optimizer.weightDecay,
                        .momentum = optimizer.momentum},
          .schedule = {.kind = std::string(wordOf(*schedule.kind)),
                       .rate = schedule.rate,
                       .warmup = schedule.warmup,
                       .steps = schedule.steps,
                       .factor = schedule.factor},
          .batchTokens = spec.batchTokens,
          .clip = spec.clip,
          .labelSmoothing = loss.labelSmoothing};
}

/// What the data tell masks decides what the weights have learnt.
std::string canonicalMarks(const TokenizerSpec &spec) {
  std::string text;
  for (auto [name, token] : {std::pair("absent", &spec.absent),
                             {"prefix end", &spec.prefixEnd},
                             {"document end", &spec.documentEnd}})
    if (const auto &spelling = token->value)
      text += fmt::format(", {} {}:{}", name, spelling->size(), *spelling);
  return spec.present.value ? text + ", present column" : text;
}

/// Every string in quotes of its own, so that no two lists look alike.
std::string canonical(const TokenizerSpec &spec) {
  std::string text = fmt::format(
      "{} {} {} {} {} {} {}", wordOf(*spec.kind), *spec.vocabulary, wordOf(*spec.algorithm),
      *spec.splitDigits, *spec.byteFallback, wordOf(*spec.normalization),
      *spec.model ? hash(readFile(**spec.model).value_or("")) : "trained");
  for (const std::string &symbol : *spec.symbols)
    text += fmt::format(" {}:{}", symbol.size(), symbol);
  return text + canonicalMarks(spec);
}

std::string canonical(const std::optional<AttentionSpec> &spec) {
  return spec ? fmt::format("{} heads, {}", *spec->heads, *spec->mask) : "none";
}

/// One line a layer, so that two tables alike and one repeated are the same network.
std::string canonical(const std::vector<Field<LayerSpec>> &layers) {
  std::string text;
  for (const Field<LayerSpec> &layer : layers)
    for (int64_t i = 0; i < layer->repeat; ++i) {
      const auto &feedForward = *layer->feedForward;
      text += fmt::format(
          "self {}; cross {}; feed-forward {}\n", canonical(*layer->selfAttention),
          canonical(*layer->crossAttention),
          feedForward ? fmt::format("{} {}", *feedForward->width, wordOf(*feedForward->activation))
                      : "none");
    }
  return text;
}

MarksDescription describeMarks(const DataSpec &data) {
  Marks source = marksOf(data.source, data.ids);
  return {.presentColumn = data.source->present->has_value(),
          .prefixEnd = source.prefixEnd,
          .documentEnd = source.documentEnd};
}

std::string fingerprint(const Spec &spec) {
  const DataSpec &data = spec.data;
  const ModelSpec &model = spec.model;
  const IdsSpec &ids = data.ids;
  std::string text = fmt::format("loup 1 {}\n", wordOf(*spec.task));
  text += fmt::format("source {}\n", canonical(*data.source));
  text += data.target->share.value ? fmt::format("target shared{}\n", canonicalMarks(*data.target))
                                   : fmt::format("target {}\n", canonical(*data.target));
  text += fmt::format("ids {} {} {} {}\n", *ids.end, *ids.unknown, *ids.begin, *ids.padding);
  text += fmt::format("width {}, norm {} {}, position {} {}, scale {}, tie", *model.width,
                      wordOf(*model.norm), *model.normEpsilon, wordOf(*model.position),
                      model.position == PositionKind::Learned ? *model.length : 0,
                      wordOf(*model.embedding->scale));
  for (Matrix matrix : {Matrix::Source, Matrix::Target, Matrix::Output})
    for (const Field<Matrix> &tied : *model.embedding->tie)
      if (tied.value == matrix)
        text += fmt::format(" {}", wordOf(matrix));
  text += "\nencoder\n" + canonical(*spec.encoder) + "decoder\n" + canonical(*spec.decoder);
  return hash(text);
}

} // namespace

TokenizerDescription describeTokenizer(const TokenizerSpec &spec) {
  std::optional<uint32_t> checksum;
  if (*spec.model)
    checksum = modelChecksum(readFile(**spec.model).value_or(""));
  return {.kind = std::string(wordOf(*spec.kind)),
          .vocabulary = static_cast<int32_t>(spec.vocabulary),
          .algorithm = std::string(wordOf(*spec.algorithm)),
          .splitDigits = spec.splitDigits,
          .byteFallback = spec.byteFallback,
          .normalization = std::string(wordOf(*spec.normalization)),
          .symbols = spec.symbols,
          .model = spec.model->value_or(""),
          .modelChecksum = checksum};
}

SpecialIds describeIds(const IdsSpec &spec) {
  return {.end = static_cast<int32_t>(spec.end),
          .unknown = static_cast<int32_t>(spec.unknown),
          .begin = static_cast<int32_t>(spec.begin),
          .padding = static_cast<int32_t>(spec.padding)};
}

Description makeDescription(const Spec &spec) {
  return {.name = spec.name,
          .task = std::string(wordOf(*spec.task)),
          .fingerprint = fingerprint(spec),
          .source = describeTokenizer(spec.data->source),
          .target = describeTokenizer(spec.data->target),
          .sharedTokenizer = spec.data->target->share->has_value(),
          .ids = describeIds(spec.data->ids),
          .marks = describeMarks(spec.data),
          .maximumLength = static_cast<int32_t>(spec.model->length),
          .train = describe(spec.train, spec.loss),
          .decode = {.beam = static_cast<int32_t>(spec.decode->beam),
                     .lengthPenalty = spec.decode->lengthPenalty},
          .sourceNeed = {}}; // known of compiled programs only
}

} // namespace loup
