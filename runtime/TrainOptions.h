// The command line of every trainer that Loup makes.
#pragma once

#include "runtime/Batcher.h"
#include "runtime/Corpus.h"
#include "runtime/Description.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace loup {

struct TrainOptions {
  std::vector<TextPair> train;
  std::optional<TextPair> valid;
  std::string save;          // the checkpoint
  std::string init;          // a checkpoint to take the first weights from
  bool resume = false;       // go on from `save`
  int64_t steps = 0;         // the training ends after so many, all runs counted; 0 is no limit
  int64_t epochs = 0;        // the same
  double minutes = 0;        // of this run; 0 is no limit
  uint64_t seed = 1;         // of weights, order and dropout
  int threads = 0;           // 0 is every core
  BatchSize batch;           // of one batch,
  int64_t accumulate = 1;    // of which so many make a step
  int64_t validEvery = 1000; // steps
  int64_t saveEvery = 1000;  // steps
  int64_t patience = 0;      // validations that may pass without a better one; 0 is no limit
  ScheduleDescription schedule;
  bool shuffle = true;
  bool ids = false; // files hold token ids
  std::string log;
  std::string gradients; // a file for those of the first step
  bool quiet = false;
};

/// Reads the command line; what it leaves open is as `description` says. Returns false after
/// --help. Throws UserError that names the option.
bool readTrainOptions(int argc, char **argv, const Description &description, TrainOptions &options);

} // namespace loup
