// The border between the programs Loup prints and the runtime that trains and decodes with them.
// A printed driver derives from `Model`; trainer and translator know nothing else of the network.
#pragma once

#include "runtime/Description.h"
#include "runtime/Ragged.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace loup {

/// How a parameter starts: uniform in [-value, value), normal with standard deviation `value`, or
/// everywhere `value`.
struct Initial {
  enum Kind { Uniform, Normal, Constant } kind = Constant;
  float value = 0;
};

/// One trained tensor, row-major float32, under the name PyTorch's state_dict gives it.
struct Parameter {
  std::string_view name;
  std::vector<int64_t> shape;
  int64_t offset = 0; // of its first element in Model::weights() and Model::gradients()
  Initial initial;

  int64_t size() const {
    int64_t n = 1;
    for (int64_t extent : shape)
      n *= extent;
    return n;
  }
};

/// Sentences translated together, in training or scoring. Neither side holds padding; source and
/// target both end in the end token, and the model itself puts the begin token before its input.
struct Batch {
  Ragged source, target;
  std::vector<int32_t> examples; // each sentence's number in the data: dropout is keyed by it
};

/// The largest batch a program will see. It is fixed at start, so that memory is allocated once.
/// "Positions" count what a dense program computes: sentences times the longest of them.
struct Limits {
  int64_t sentences = 0;
  int64_t sourceLength = 0, targetLength = 0; // the longest single sequence
  int64_t sourcePositions = 0, targetPositions = 0;
  int64_t hypotheses = 0; // decoding only: sentences times beam
};

/// One step of decoding: every hypothesis of the batch moves on by one token.
struct Step {
  int32_t position = 0;              // of the token predicted now, from 0; the same for all
  std::span<const int32_t> token;    // [hypothesis] the previous token: begin at position 0
  std::span<const int32_t> sentence; // [hypothesis] its sentence in prefill's source
  /// [hypothesis, position + 1], row-major: which hypothesis, counted as it was in that step,
  /// computed the keys that this one sees at each position; the last column is the hypothesis
  /// itself. Beam search reorders by it and copies no cache.
  std::span<const int32_t> ancestor;
};

class Model {
public:
  virtual ~Model() = default;

  virtual const Description &description() const = 0;
  virtual std::span<const Parameter> parameters() const = 0;

  /// All parameters one after the other, and their gradients in the same places. `gradients` is
  /// empty before reserveTraining. Elements between parameters are zero and stay zero.
  virtual std::span<float> weights() = 0;
  virtual std::span<float> gradients() = 0;

  /// Allocate what batches up to `limits` need; call one or both once, before the first batch.
  virtual void reserveTraining(const Limits &limits) = 0;
  virtual void reserveDecoding(const Limits &limits) = 0;

  /// Forward and backward. Overwrites `gradients` with the sums over the batch's target tokens (not
  /// averaged), and returns the sum of their losses. `dropoutKey` stands for (seed, step).
  virtual double trainStep(const Batch &batch, uint32_t dropoutKey) = 0;

  /// Negative log-probability of every target token under teacher forcing, no dropout and no label
  /// smoothing. `losses` has one element a target token, laid out as batch.target.tokens.
  virtual void score(const Batch &batch, std::span<float> losses) = 0;

  /// Encode the sentences that the following steps translate. It may be called again between steps
  /// with sources that go on where they ended; the steps so far are remembered.
  virtual void prefill(const Ragged &source) = 0;

  /// `logProbabilities` is [hypothesis, target vocabulary], row-major.
  virtual void step(const Step &step, std::span<float> logProbabilities) = 0;
};

} // namespace loup
