#include "frontend/CompleteSpec.h"

#include "frontend/Files.h"
#include "frontend/PieceModel.h"

#include <filesystem>
#include <fmt/format.h>

namespace loup {
namespace {

namespace fs = std::filesystem;

constexpr int64_t byteVocabulary = 260;   // every byte and the four special ids
constexpr int64_t usualWarmup = 4000;     // of Vaswani et al. 2017, "Attention is all you need"
constexpr double usualWeightDecay = 0.01; // of torch.optim.AdamW

template <class T> void setDefault(Field<T> &value, T other) {
  if (!value.given())
    value.value = std::move(other);
}

/// Finds the model file and how many pieces it has.
void completeModel(TokenizerSpec &tokenizer, Diagnostics &diagnostics) {
  Field<std::optional<std::string>> &model = tokenizer.model;
  auto refuse = [&](std::string message) {
    diagnostics.error(model.range, std::move(message));
    model.doubtful = tokenizer.vocabulary.doubtful = true;
  };
  fs::path path = fs::path(diagnostics.source().name).parent_path() / **model;
  std::optional<std::string> bytes = readFile(path);
  if (!bytes)
    return refuse(fmt::format("cannot read {}", path.string()));
  std::optional<int64_t> pieces = countPieces(*bytes);
  if (!pieces)
    return refuse(fmt::format("{} is no SentencePiece model", path.string()));
  model.value = fs::absolute(path).lexically_normal().string();
  setDefault(tokenizer.vocabulary, *pieces);
  if (tokenizer.vocabulary < *pieces && !tokenizer.vocabulary.doubtful)
    diagnostics
        .error(
            tokenizer.vocabulary.range,
            fmt::format("the model has {} pieces; 'vocabulary' must be at least that, or be left "
                        "out",
                        *pieces))
        .note(model.range, "the model is given here");
}

void completeTokenizer(TokenizerSpec &tokenizer, Diagnostics &diagnostics) {
  if (tokenizer.kind == TokenizerKind::Bytes)
    setDefault(tokenizer.vocabulary, byteVocabulary);
  if (tokenizer.model.value && !tokenizer.model.doubtful)
    completeModel(tokenizer, diagnostics);
}

/// What stands beside `share` would contradict it.
void refuseBesideShare(const TokenizerSpec &target, Diagnostics &diagnostics) {
  auto refuse = [&](const auto &value, std::string_view key) {
    if (value.given())
      diagnostics
          .error(value.range,
                 fmt::format("'{}' is source's where the tokenizer is shared: leave it "
                             "out here",
                             key))
          .note(target.share.range, "it is shared here");
  };
  refuse(target.kind, "tokenizer");
  refuse(target.vocabulary, "vocabulary");
  refuse(target.algorithm, "algorithm");
  refuse(target.splitDigits, "split_digits");
  refuse(target.byteFallback, "byte_fallback");
  refuse(target.normalization, "normalization");
  refuse(target.symbols, "symbols");
  refuse(target.model, "model");
}

void completeData(DataSpec &data, Diagnostics &diagnostics) {
  TokenizerSpec &source = data.source.value, &target = data.target.value;
  completeTokenizer(source, diagnostics);
  if (!target.share.value)
    return completeTokenizer(target, diagnostics);
  refuseBesideShare(target, diagnostics);
  auto share = target.share;
  target = source;
  target.share = share;
}

} // namespace

void completeSpec(Spec &spec, Diagnostics &diagnostics) {
  setDefault(spec.name, fs::path(diagnostics.source().name).stem().string());
  completeData(spec.data.value, diagnostics);
  OptimizerSpec &optimizer = spec.train.value.optimizer.value;
  if (optimizer.kind == OptimizerKind::AdamW)
    setDefault(optimizer.weightDecay, usualWeightDecay);
  ScheduleSpec &schedule = spec.train.value.schedule.value;
  if (schedule.kind == ScheduleKind::InverseSqrt)
    setDefault(schedule.warmup, usualWarmup);
}

} // namespace loup
