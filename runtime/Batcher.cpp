#include "runtime/Batcher.h"

#include "runtime/Errors.h"
#include "runtime/Random.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace loup {

namespace {

constexpr int64_t leastWindowBlocks = 64;

/// Fisher and Yates, with the numbers of stream `key`.
template <typename T> void shuffleBy(uint64_t key, std::vector<T> &values) {
  for (size_t i = values.size(); i > 1; --i)
    std::swap(values[i - 1], values[randomBits(key, i) % i]);
}

} // namespace

Limits trainingLimits(const BatchSize &size, int32_t maximumLength) {
  Limits limits;
  limits.sourceLength = limits.targetLength = maximumLength;
  if (size.lines > 0) {
    limits.sentences = static_cast<int32_t>(size.lines);
    limits.sourcePositions = limits.targetPositions = size.lines * maximumLength;
  } else {
    // The shortest target is one token and the end.
    limits.sentences = static_cast<int32_t>(std::max<int64_t>(1, size.tokens / 2));
    limits.sourcePositions = std::max<int64_t>(maximumLength, 4 * size.tokens);
    limits.targetPositions = std::max<int64_t>(maximumLength, 2 * size.tokens);
  }
  return limits;
}

Batcher::Batcher(Corpus &corpus, const BatchSize &size, const Limits &limits, uint64_t seed,
                 bool shuffle)
    : corpus(corpus), size(size), limits(limits), seed(seed), shuffle(shuffle) {}

bool Batcher::next(Batch &batch) {
  if (order.empty())
    enterEpoch();
  while (place.batch == static_cast<int32_t>(cuts.size())) {
    if (nextBlock == corpus.blocks()) {
      if (!anyExample)
        throw UserError("the training data have no pair of lines with text on both sides");
      place = {.epoch = place.epoch + 1};
      order.clear();
      return false;
    }
    leaveWindow();
    readWindow();
  }

  batch.source.clear();
  batch.target.clear();
  batch.examples.clear();
  auto [begin, end] = cuts[place.batch++];
  for (int32_t i = begin; i < end; ++i) {
    const Example &example = window[sorted[i]];
    batch.source.append(example.source);
    batch.target.append(example.target);
    batch.examples.push_back(example.number);
  }
  return true;
}

/// Reads the window at `place`, the epoch's first or one gone back to.
void Batcher::enterEpoch() {
  order.resize(corpus.blocks());
  std::iota(order.begin(), order.end(), 0);
  if (shuffle)
    shuffleBy(key("blocks", 0), order);
  nextBlock = place.block;
  window.clear();
  anyExample = false;
  readWindow();
}

/// Goes to the next window, which begins with what no batch of this one holds.
void Batcher::leaveWindow() {
  window.erase(window.begin(), window.begin() + cutEnd);
  place.batch = 0;
  place.block = nextBlock;
  if (!window.empty()) {
    place.line = window[0].number;
    place.block = corpus.blockOf(place.line);
  }
}

void Batcher::readWindow() {
  // Some batches' worth at least, or sorting by length would achieve little.
  int64_t blocks = std::max<int64_t>(leastWindowBlocks, 4 * limits.sentences / Corpus::blockLines);
  do {
    int64_t end = std::min<int64_t>(nextBlock + blocks, corpus.blocks());
    for (; nextBlock < end; ++nextBlock)
      corpus.read(order[nextBlock], window);
    std::erase_if(window, [&](const Example &example) { return example.number < place.line; });
    cutWindow();
    // In the corpus's order the cuts do not depend on where a window ends, so it may grow until it
    // holds the wanted batch.
  } while (!shuffle && place.batch >= static_cast<int32_t>(cuts.size()) &&
           nextBlock < corpus.blocks());
  anyExample |= !window.empty();
}

void Batcher::cutWindow() {
  sorted.resize(window.size());
  std::iota(sorted.begin(), sorted.end(), 0);
  if (shuffle)
    std::ranges::sort(sorted, {}, [&, ties = key("window", place.block)](int32_t i) {
      return std::tuple(window[i].target.size(), window[i].source.size(), randomBits(ties, i));
    });

  cuts.clear();
  int32_t begin = 0;
  int64_t tokens = 0, longestSource = 0, longestTarget = 0;
  for (int32_t i = 0; i < static_cast<int32_t>(sorted.size()); ++i) {
    auto source = static_cast<int64_t>(window[sorted[i]].source.size());
    auto target = static_cast<int64_t>(window[sorted[i]].target.size());
    int64_t count = i - begin + 1;
    bool fits = count <= limits.sentences &&
                (size.lines > 0 ? count <= size.lines : tokens + target <= size.tokens) &&
                count * std::max(longestSource, source) <= limits.sourcePositions &&
                count * std::max(longestTarget, target) <= limits.targetPositions;
    if (!fits && i > begin) {
      cuts.emplace_back(begin, i);
      begin = i;
      tokens = longestSource = longestTarget = 0;
    }
    tokens += target;
    longestSource = std::max(longestSource, source);
    longestTarget = std::max(longestTarget, target);
  }
  // Without shuffling, more lines may still fit into the last batch.
  auto end = static_cast<int32_t>(sorted.size());
  bool complete = shuffle || nextBlock == corpus.blocks();
  if (complete && begin < end)
    cuts.emplace_back(begin, end);
  cutEnd = complete ? end : begin;
  if (shuffle)
    shuffleBy(key("batches", place.block), cuts);
}

/// The stream of random numbers for a choice made once for each `block` of an epoch.
uint64_t Batcher::key(std::string_view choice, int32_t block) const {
  return randomBits(randomBits(streamKey(seed, choice), place.epoch), block);
}

double Batcher::progress() const {
  if (order.empty())
    return 0;
  double inWindow = cuts.empty() ? 0 : static_cast<double>(place.batch) / cuts.size();
  return (place.block + (nextBlock - place.block) * inWindow) / corpus.blocks();
}

nlohmann::json Batcher::identity() const {
  return {{"data", corpus.identity()},
          {"batch tokens", size.tokens},
          {"batch lines", size.lines},
          {"seed", seed},
          {"shuffle", shuffle}};
}

nlohmann::json Batcher::state() const {
  return {{"epoch", place.epoch},
          {"block", place.block},
          {"line", place.line},
          {"batch", place.batch},
          {"of", identity()}};
}

void Batcher::restore(const nlohmann::json &state) {
  nlohmann::json own = identity();
  try {
    const nlohmann::json &other = state.at("of");
    if (other.at("data") != own.at("data"))
      throw UserError("the training data are not those the training was begun with: resume with "
                      "the same files, or start from its weights with --init");
    for (const auto &[name, value] : own.items())
      if (other.at(name) != value)
        throw UserError(fmt::format("{} is {} now and was {} when the training was begun: resume "
                                    "with the same, or start from its weights with --init",
                                    name, value.dump(), other.at(name).dump()));
    place = {.epoch = state.at("epoch"),
             .block = state.at("block"),
             .line = state.at("line"),
             .batch = state.at("batch")};
  } catch (const nlohmann::json::exception &error) {
    throw UserError(fmt::format("the place in the data is malformed: {}", error.what()));
  }
  enterEpoch();
}

} // namespace loup
