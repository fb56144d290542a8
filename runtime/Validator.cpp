#include "runtime/Validator.h"

#include "runtime/Bleu.h"
#include "runtime/Errors.h"
#include "runtime/FirstBatch.h"
#include "runtime/Presence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace loup {

static constexpr size_t sampleCount = 5;

Validator::Validator(const TextPair &files, const TokenizerPair &tokenizers,
                     const Description &description, const Limits &training)
    : description(description), targetTokenizer(tokenizers.target()), limits(training) {
  greedy.vocabulary = targetTokenizer.size();
  // Larger batches are hardly faster, and each of their translations would keep a cache.
  int64_t positions = std::max<int64_t>(description.maximumLength, 1024);
  limits.sentences = std::min<int64_t>(limits.sentences, 64);
  limits.sourcePositions = std::min(limits.sourcePositions, positions);
  limits.targetPositions = std::min(limits.targetPositions, positions);

  bool saysPresence = description.marks.presentColumn;
  PairReader reader(files, saysPresence);
  SentenceEncoder source(files.source, *tokenizers.source, description, saysPresence);
  SentenceEncoder target(files.target.empty() ? files.source : files.target, targetTokenizer,
                         description);
  bool anyTarget = false;
  for (Pair pair; reader.next(pair.source, pair.target); pairs.push_back(std::move(pair))) {
    int64_t number = static_cast<int64_t>(pairs.size()) + 1;
    pair.sourceIds = source.encode(pair.source, number);
    pair.targetIds = target.encode(pair.target, number);
    if (saysPresence)
      pair.source.resize(textOf(pair.source).size());
    if (pair.sourceIds.size() == 1) // the end alone
      continue;
    sorted.push_back(pairs.size());
    anyTarget |= pair.targetIds.size() > 1;
  }
  if (!anyTarget)
    throw UserError(fmt::format("{} has no line with text on both sides", files.source));
  for (const SentenceEncoder *side : {&source, &target})
    if (std::string notice = side->notice(); !notice.empty())
      cuts.push_back(notice);
  std::ranges::sort(sorted, {}, [&](size_t i) { return std::pair(pairs[i].sourceIds.size(), i); });
}

Limits Validator::decodingLimits() const {
  return searchLimits(description, greedy, limits.sentences, limits.sourcePositions);
}

std::optional<Validation> Validator::run(Model &model,
                                         const std::function<bool(double)> &progress) const {
  std::vector<std::string> translations(pairs.size());
  double loss = 0;
  int64_t tokens = 0;
  std::vector<float> losses;
  for (size_t first = 0, size; first < sorted.size(); first += size) {
    if (!progress(static_cast<double>(first) / static_cast<double>(sorted.size())))
      return std::nullopt;
    size = firstBatch(sorted.size() - first, limits, [&](size_t i) {
      const Pair &pair = pairs[sorted[first + i]];
      return std::pair(pair.sourceIds.size(), pair.targetIds.size());
    });
    Batch scored;
    Ragged sources;
    for (size_t i = first; i < first + size; ++i) {
      const Pair &pair = pairs[sorted[i]];
      sources.append(pair.sourceIds);
      if (pair.targetIds.size() == 1)
        continue;
      scored.source.append(pair.sourceIds);
      scored.target.append(pair.targetIds);
      scored.examples.push_back(static_cast<int32_t>(sorted[i]));
    }
    if (!scored.examples.empty()) {
      losses.resize(scored.target.tokens.size());
      model.score(scored, losses);
      for (float tokenLoss : losses)
        loss += tokenLoss;
      tokens += static_cast<int64_t>(losses.size());
      if (!std::isfinite(loss))
        return Validation{loss, 0, {}};
    }
    auto found = search(model, sources, greedy);
    for (size_t i = 0; i < size; ++i)
      translations[sorted[first + i]] = targetTokenizer.decode(found[i][0].tokens);
  }

  Validation validation;
  validation.loss = loss / static_cast<double>(tokens);
  std::vector<std::string> references;
  for (const Pair &pair : pairs)
    references.push_back(pair.target);
  validation.bleu = bleu(translations, references);
  std::set<size_t> shown;
  for (size_t i = 0; i < sampleCount; ++i)
    shown.insert(i * pairs.size() / sampleCount);
  for (size_t i : shown)
    validation.samples.push_back({pairs[i].source, pairs[i].target, translations[i]});
  return validation;
}

} // namespace loup
