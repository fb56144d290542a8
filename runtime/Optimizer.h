// Gradients to weights: SGD, Adam and AdamW with the arithmetic of torch.optim. All loops run in
// fixed chunks on the pool, so that the bits do not depend on the number of threads.
#pragma once

#include "runtime/Description.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace loup {

/// What gradients are multiplied by so that their norm is at most `limit`, as
/// torch.nn.utils.clip_grad_norm_: min(1, limit / (norm + 1e-6)). A `limit` of 0 is none.
double clipFactor(double norm, double limit);

class Optimizer {
public:
  /// `size` is the count of weights.
  Optimizer(const OptimizerDescription &description, size_t size);

  /// The Euclidean norm of all gradients together.
  double globalNorm(std::span<const float> gradients);

  /// Moves the weights along `scale` x gradients, which is their average over the target tokens,
  /// clipped. `step` counts from 1.
  void update(std::span<float> weights, std::span<const float> gradients, double scale, double rate,
              int64_t step);

  /// What the optimiser remembers, laid out as the weights, under torch.optim's name.
  struct Moment {
    std::string name;
    std::vector<float> values;
  };
  std::vector<Moment> moments;

private:
  enum class Kind { Sgd, Adam, AdamW } kind;
  OptimizerDescription description;
  std::vector<double> squares; // of the gradients, by chunk
};

} // namespace loup
