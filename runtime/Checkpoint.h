// What training leaves behind: FILE holds all that translation needs, FILE.state what only resuming
// needs. Both are safetensors files under the tensors' own names, and both carry the step.
#pragma once

#include "runtime/Model.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace loup {

/// FILE.state, and FILE.best: the weights that did best in validation.
std::string statePath(const std::string &path);
std::string bestPath(const std::string &path);

/// What FILE says besides the weights.
struct CheckpointInfo {
  int64_t step = 0;
  /// Tokenizer::serialize() of each side; no target where the description shares source's. Neither
  /// in a file that another program made.
  std::optional<std::string> sourceTokenizer, targetTokenizer;
};

/// What FILE.state says.
struct TrainingState {
  std::string progress; // where training stands, in words of the trainer's

  /// What the optimiser remembers, laid out as Model::weights(); one tensor a parameter is written,
  /// such as "exp_avg.output.weight".
  struct Moment {
    std::string name;
    std::span<float> values;
  };
  std::vector<Moment> moments;
};

/// Replaces FILE, and FILE.state where `state` is given: both or, when writing fails, neither.
/// Throws UserError when they cannot be written.
void saveCheckpoint(const std::string &path, Model &model, const CheckpointInfo &info,
                    const TrainingState *state = nullptr);

/// Fills the model's weights. Throws UserError when `path` is no safetensors file, belongs to
/// another description, or holds other tensors or shapes; the message names them.
CheckpointInfo loadCheckpoint(const std::string &path, Model &model);

/// Reads the FILE.state of FILE `path` into `state`, whose moments say what is wanted. Throws
/// UserError as loadCheckpoint does, and when the two files are not of the same step.
void loadTrainingState(const std::string &path, const Model &model, int64_t step,
                       TrainingState &state);

/// Writes one tensor a parameter from `values`, laid out as Model::weights().
void saveTensors(const std::string &path, const Model &model, std::span<float> values);

} // namespace loup
