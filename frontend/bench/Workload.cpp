#include "frontend/bench/Workload.h"

#include "frontend/MarkTokens.h"
#include "runtime/Batcher.h"
#include "runtime/Errors.h"
#include "runtime/Random.h"
#include "runtime/TokenizerPair.h"

#include <fmt/format.h>

#include <algorithm>

namespace loup {
namespace {

constexpr int64_t usualLengths[] = {32, 128};
constexpr int batchesOfText = 2;
constexpr int32_t mostSteps = 32;

/// The ids below `vocabulary` of tokens that are part of a text and tell masks nothing.
std::vector<int32_t> plainTokens(const SpecialIds &ids, const Marks &marks, int32_t vocabulary) {
  std::vector<int32_t> tokens;
  for (int32_t id = 0; id < vocabulary; ++id)
    if (id != ids.end && id != ids.begin && id != ids.padding && !marks.areAny(id))
      tokens.push_back(id);
  if (tokens.empty())
    throw UserError("no token of this vocabulary is without a meaning of its own, so none can be "
                    "drawn; give sentences by --data");
  return tokens;
}

/// `count` of these tokens, the last of them the end.
std::vector<int32_t> randomSentence(const std::vector<int32_t> &plain, int32_t end, int64_t count,
                                    uint64_t key) {
  std::vector<int32_t> tokens;
  for (int64_t i = 0; i + 1 < count; ++i)
    tokens.push_back(plain[randomBits(key, i) % plain.size()]);
  tokens.push_back(end);
  return tokens;
}

Workload ofLength(int64_t length, const DataSpec &data, const Description &description) {
  int64_t sentences = std::max<int64_t>(1, description.train.batchTokens / length);
  const SpecialIds &ids = description.ids;
  int32_t targets =
      description.sharedTokenizer ? description.source.vocabulary : description.target.vocabulary;
  std::vector<int32_t> source =
      plainTokens(ids, marksOf(data.source, data.ids), description.source.vocabulary);
  std::vector<int32_t> target = plainTokens(ids, marksOf(data.target, data.ids), targets);
  Batch batch;
  for (int64_t i = 0; i < sentences; ++i) {
    batch.source.append(randomSentence(source, ids.end, length, streamKey(i, "source")));
    batch.target.append(randomSentence(target, ids.end, length, streamKey(i, "target")));
    batch.examples.push_back(static_cast<int32_t>(i));
  }
  return {fmt::format("{} sentence{} of {} tokens", sentences, sentences == 1 ? "" : "s", length),
          {batch}};
}

Workload ofText(const TextPair &files, const Description &description,
                const std::function<void(const std::string &)> &notice) {
  TokenizerPair tokenizers = trainTokenizers(description, {files}, notice);
  Corpus corpus({files}, *tokenizers.source, tokenizers.target(), description);
  BatchSize size{.tokens = description.train.batchTokens};
  Batcher batcher(corpus, size, trainingLimits(size, description.maximumLength), /*seed=*/1,
                  /*shuffle=*/false);
  Workload workload;
  int64_t sentences = 0, targetTokens = 0;
  for (Batch batch; std::ssize(workload.batches) < batchesOfText && batcher.next(batch);) {
    sentences += batch.source.count();
    targetTokens += std::ssize(batch.target.tokens);
    workload.batches.push_back(batch);
  }
  workload.name =
      fmt::format("{} of text, {:.0f} sentences each, {:.1f} tokens long",
                  workload.batches.size() == 1 ? "a batch" : "batches",
                  double(sentences) / workload.batches.size(), double(targetTokens) / sentences);
  for (const std::string &line : corpus.notices())
    notice(line);
  return workload;
}

} // namespace

std::vector<Workload> makeWorkloads(const BenchOptions &options, const DataSpec &data,
                                    const Description &description,
                                    const std::function<void(const std::string &)> &notice) {
  if (options.data)
    return {ofText(*options.data, description, notice)};
  std::vector<int64_t> lengths = options.lengths;
  for (int64_t length : lengths)
    if (length > description.maximumLength)
      throw UserError(fmt::format("--lengths {}: the model's length is {}, which its description "
                                  "says as [model] length",
                                  length, description.maximumLength));
  if (lengths.empty())
    std::ranges::copy_if(usualLengths, std::back_inserter(lengths),
                         [&](int64_t length) { return length <= description.maximumLength; });
  if (lengths.empty())
    lengths = {description.maximumLength};
  std::vector<Workload> workloads;
  for (int64_t length : lengths)
    workloads.push_back(ofLength(length, data, description));
  return workloads;
}

Limits limitsOf(const std::vector<Workload> &workloads) {
  Limits most;
  auto raise = [](int64_t &limit, int64_t value) { limit = std::max(limit, value); };
  for (const Workload &workload : workloads)
    for (const Batch &batch : workload.batches) {
      int64_t sentences = batch.source.count();
      int64_t source = longest(batch.source), target = longest(batch.target);
      raise(most.sentences, sentences);
      raise(most.sourceLength, source);
      raise(most.targetLength, target);
      raise(most.sourcePositions, sentences * source);
      raise(most.targetPositions, sentences * target);
    }
  most.hypotheses = most.sentences;
  return most;
}

int32_t decodingSteps(const Workload &workload) {
  return static_cast<int32_t>(
      std::min<int64_t>(mostSteps, longest(workload.batches.front().target)));
}

int64_t longest(const Ragged &sequences) {
  int64_t most = 0;
  for (int32_t i = 0; i < sequences.count(); ++i)
    most = std::max<int64_t>(most, sequences.length(i));
  return most;
}

} // namespace loup
