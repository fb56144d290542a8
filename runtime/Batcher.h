// Examples in batches of like length, in an order that depends on the seed alone.
#pragma once

#include "runtime/Corpus.h"
#include "runtime/Model.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace loup {

/// How large a batch is: at most `tokens` real target tokens, end included (a single longer
/// sequence apart), or `lines` lines where that is not 0. The last of a window or an epoch is
/// smaller.
struct BatchSize {
  int64_t tokens = 4096;
  int64_t lines = 0;
};

/// The largest batch of that size, the same for every schedule of the compiler. By lines, it is as
/// many of the longest sequences. By tokens, it has twice as many target positions and four times
/// as many source positions, but room for one longest sequence at least; so a batch whose sources
/// are far longer than its targets is full before it has `tokens` target tokens.
Limits trainingLimits(const BatchSize &size, int32_t maximumLength);

/// Gives the examples of a corpus, each once an epoch.
///
/// An epoch goes through the corpus's blocks in random order, by windows of 16,384 lines (more
/// where batches are very large). A window is shuffled, sorted by length and cut into batches,
/// which come in random order. Memory holds one window, whatever the size of the corpus. Without
/// `shuffle` the batches hold the examples in the corpus's order.
///
/// Every random choice is a function of the seed and the place in the data, so that the place alone
/// restores it.
class Batcher {
public:
  /// No batch exceeds `limits`. The corpus must outlive the batcher.
  Batcher(Corpus &corpus, const BatchSize &size, const Limits &limits, uint64_t seed, bool shuffle);

  /// Gives the next batch; false, and none, at the end of each epoch: the call after that begins
  /// the next. Throws UserError where the corpus has no pair with text on both sides.
  bool next(Batch &batch);

  /// Epochs that have ended: next() has returned false as often.
  int64_t epoch() const { return place.epoch; }

  /// The share of this epoch that has been given, from 0 to 1.
  double progress() const;

  /// The place in the data.
  nlohmann::json state() const;

  /// Goes on exactly where `state` was taken. Throws UserError where it was taken from other data,
  /// or with another batch size, seed or order.
  void restore(const nlohmann::json &state);

private:
  struct Place {
    int64_t epoch = 0;
    int32_t block = 0; // where the window begins in the epoch's order of blocks
    int32_t line = 0;  // examples of a smaller number belong to earlier batches
    int32_t batch = 0; // of the window
  };

  void enterEpoch();
  void leaveWindow();
  void readWindow();
  void cutWindow();
  uint64_t key(std::string_view choice, int32_t block) const;
  nlohmann::json identity() const;

  Corpus &corpus;
  BatchSize size;
  Limits limits;
  uint64_t seed;
  bool shuffle;

  Place place;
  std::vector<int32_t> order; // of the epoch's blocks; empty before an epoch begins
  int32_t nextBlock = 0;      // the first one behind the window
  std::vector<Example> window;
  std::vector<int32_t> sorted;                   // indices into the window
  std::vector<std::pair<int32_t, int32_t>> cuts; // batches, as ranges of `sorted`
  int32_t cutEnd = 0;      // examples of the window, in sorted order, that are in batches
  bool anyExample = false; // in this epoch
};

} // namespace loup
