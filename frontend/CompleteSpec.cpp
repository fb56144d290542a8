#include "frontend/CompleteSpec.h"

#include "frontend/DescribeSpec.h"
#include "runtime/Errors.h"
#include "runtime/Files.h"
#include "runtime/Tokenizer.h"

#include <filesystem>
#include <fmt/format.h>
#include <limits>

namespace loup {
namespace {

namespace fs = std::filesystem;

constexpr int64_t usualWarmup = 4000;     // of Vaswani et al. 2017, "Attention is all you need"
constexpr double usualWeightDecay = 0.01; // of torch.optim.AdamW

template <class T> void setDefault(Field<T> &value, T other) {
  if (!value.given())
    value.value = std::move(other);
}

/// The size of the smallest vocabulary for a tokenizer that is not trained.
int64_t idsInUse(const TokenizerSpec &tokenizer, const IdsSpec &ids, const std::string &stored) {
  TokenizerDescription description = describeTokenizer(tokenizer);
  description.vocabulary = std::numeric_limits<int32_t>::max();
  return loadTokenizer(description, describeIds(ids), stored)->size();
}

void requireVocabulary(TokenizerSpec &tokenizer, int64_t needed, std::string_view what,
                       SourceRange place, Diagnostics &diagnostics) {
  setDefault(tokenizer.vocabulary, needed);
  if (!tokenizer.vocabulary.doubtful && tokenizer.vocabulary < needed)
    diagnostics
        .error(tokenizer.vocabulary.range,
               fmt::format("{} and the special ids need a 'vocabulary' of {}, which is what it is "
                           "if left out",
                           what, needed))
        .note(place, "the tokenizer is chosen here");
}

/// Finds the model file and how large a vocabulary it needs.
void completeModel(TokenizerSpec &tokenizer, const IdsSpec &ids, Diagnostics &diagnostics) {
  Field<std::optional<std::string>> &model = tokenizer.model;
  auto refuse = [&](std::string message) {
    diagnostics.error(model.range, std::move(message));
    model.doubtful = tokenizer.vocabulary.doubtful = true;
  };
  fs::path path = fs::path(diagnostics.source().name).parent_path() / **model;
  std::optional<std::string> bytes = readFile(path);
  if (!bytes)
    return refuse(fmt::format("cannot read {}", path.string()));
  int64_t needed = 0;
  try {
    model.value = path.string();
    needed = idsInUse(tokenizer, ids, *bytes);
  } catch (const UserError &error) {
    return refuse(error.what());
  }
  model.value = fs::absolute(path).lexically_normal().string();
  requireVocabulary(tokenizer, needed, "the model's pieces", model.range, diagnostics);
}

void completeTokenizer(TokenizerSpec &tokenizer, const IdsSpec &ids, Diagnostics &diagnostics) {
  if (tokenizer.kind == TokenizerKind::Bytes)
    requireVocabulary(tokenizer, idsInUse(tokenizer, ids, ""), "the bytes", tokenizer.kind.range,
                      diagnostics);
  bool hasModel = tokenizer.model.value && !tokenizer.model.doubtful;
  if (tokenizer.kind == TokenizerKind::SentencePiece && hasModel)
    completeModel(tokenizer, ids, diagnostics);
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
  completeTokenizer(source, data.ids, diagnostics);
  if (!target.share.value)
    return completeTokenizer(target, data.ids, diagnostics);
  refuseBesideShare(target, diagnostics);
  TokenizerSpec own = std::move(target);
  target = source;
  target.share = own.share;
  target.absent = own.absent;
  target.present = own.present;
  target.prefixEnd = own.prefixEnd;
  target.documentEnd = own.documentEnd;
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
