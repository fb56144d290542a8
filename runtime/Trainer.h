// The loop that trains a model.
#pragma once

#include "runtime/Batcher.h"
#include "runtime/Checkpoint.h"
#include "runtime/Interrupt.h"
#include "runtime/Model.h"
#include "runtime/Optimizer.h"
#include "runtime/Pace.h"
#include "runtime/Progress.h"
#include "runtime/TrainOptions.h"
#include "runtime/TrainingLog.h"
#include "runtime/Validator.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace loup {

class Trainer {
public:
  /// `info` holds the tokenizers, to be saved with the weights, and the step the weights are of.
  /// `validator` may be null. All must outlive the trainer.
  Trainer(Model &model, const TrainOptions &options, const CheckpointInfo &info, Batcher &batcher,
          const Validator *validator, Progress &progress);

  /// Goes back to where the run that saved the weights stopped. Throws UserError where FILE.state
  /// belongs to other weights, another optimiser or other data.
  void resume();

  /// Trains until an option or the user ends it, and saves. Throws UserError when the loss is no
  /// longer a number, or something cannot be written.
  void run();

private:
  /// What one step did.
  struct Result {
    double loss = 0; // summed over its real target tokens
    int64_t tokens = 0;
    double rate = 0; // the learning rate
    double norm = 0; // of the averaged gradients, before clipping
    double seconds = 0;
  };

  /// What resuming needs beside weights, moments and the place in the data.
  struct Standing {
    double best = std::numeric_limits<double>::infinity(); // validation loss so far
    double kept = std::numeric_limits<double>::infinity(); // the same, of FILE.best
    int64_t unimproved = 0;                                // validations since the best
    int64_t stalls = 0;    // validations that were no better than the best before them
    int64_t validated = 0; // the step of the last validation
  };

  bool ended() const;
  double share() const;
  double secondsSinceStart() const;

  std::optional<Result> step();
  [[noreturn]] void failDiverged(const char *what, double value) const;

  bool validationIsDue() const;
  std::optional<Validation> validate();
  void judge(const Validation &validation);

  void show();
  void log(const Result &result, const std::optional<Validation> &validation);
  void save();
  TrainingState state();

  Model &model;
  const TrainOptions &options;
  CheckpointInfo info; // its step counts the steps done
  Batcher &batcher;
  const Validator *validator;
  Progress &progress;

  Interrupt interrupt;
  Optimizer optimizer;
  Standing standing;
  std::optional<TrainingLog> trainingLog;

  Batch batch;
  std::vector<float> sum; // of the gradients of a step's batches, where there are several
  Pace pace;
  Progress::Clock::time_point start;
  double shareAtStart = 0;
  bool firstStep = true;
  std::optional<int64_t> savedStep; // in this run or the one resumed
};

} // namespace loup
