// Examples in batches of like length, in an order that depends on the seed alone.
#pragma once

#include "runtime/Corpus.h"
#include "runtime/Model.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <vector>

namespace loup {

/// How large a batch is: about `tokens` real target tokens, end included, or exactly `lines` lines
/// where that is not 0.
struct BatchSize {
  int64_t tokens = 4096;
  int64_t lines = 0;
};

/// The largest batch of that size, the same for every schedule of the compiler: by lines, that many
/// of the longest; by tokens, four times as many positions on either side, or one sequence of
/// maximumLength. A batch whose sources are much longer than its targets is full before it has
/// `tokens` target tokens.
Limits trainingLimits(const BatchSize &size, int32_t maximumLength);

/// Gives the examples of a corpus, epoch after epoch, each once an epoch.
///
/// An epoch goes through the corpus's blocks in random order, 64 of them (16,384 lines) at a time.
/// Such a window is shuffled, sorted by length and cut into batches, which come in random order.
/// So memory holds one window, whatever the corpus; a corpus of one window is shuffled wholly.
/// Without `shuffle` the batches hold the examples in the corpus's order.
///
/// Every random choice is keyed by (seed, epoch, place), so that the place alone restores it.
class Batcher {
public:
  /// `limits` bounds every batch. Throws UserError where the corpus has no pair with text on both
  /// sides.
  Batcher(Corpus &corpus, const BatchSize &size, const Limits &limits, uint64_t seed, bool shuffle);

  /// Gives the next batch. False, and no batch, at the end of each epoch: the next call begins the
  /// next one.
  bool next(Batch &batch);

  /// Epochs that have ended, i.e. for which next() returned false.
  int64_t epoch() const { return place.epoch; }

  /// The share of this epoch's lines that have been given, from 0 to 1.
  double progress() const;

  /// The place in the data, to go on exactly there with restore().
  nlohmann::json state() const;

  /// Goes on where `state` was taken. Throws UserError where the corpus, the batch size, the seed
  /// or the order are not those it was taken with.
  void restore(const nlohmann::json &state);

private:
  struct Place {
    int64_t epoch = 0;
    int64_t line = 0;  // where the window begins, counted along the epoch's order of blocks
    int64_t batch = 0; // the next one in the window
  };

  void orderBlocks();
  void readWindow();
  void cutBatches();
  nlohmann::json identity() const;

  Corpus &corpus;
  BatchSize size;
  Limits limits;
  uint64_t seed;
  bool shuffle;

  Place place;
  std::vector<int32_t> order;            // of the blocks in this epoch
  std::vector<Example> window;           // sorted
  std::vector<std::vector<int32_t>> cuts; // the window's batches, as indices into it
  int64_t windowEnd = 0;                 // where the next window begins
  bool loaded = false;                   // order, window and cuts are those of `place`
};

} // namespace loup
