#include "runtime/Optimizer.h"

#include "runtime/Errors.h"
#include "runtime/ThreadPool.h"

#include <algorithm>
#include <cmath>

namespace loup {

static constexpr size_t chunkSize = 1 << 14;

static size_t chunkCount(size_t size) { return (size + chunkSize - 1) / chunkSize; }

/// Runs body(begin, end, chunk) for every chunk of [0, size).
template <class Body> static void forEachChunk(size_t size, Body &&body) {
  parallelFor(static_cast<int>(chunkCount(size)), [&](int chunk) {
    body(chunk * chunkSize, std::min(size, (chunk + 1) * chunkSize), chunk);
  });
}

double clipFactor(double norm, double limit) {
  return limit > 0 ? std::min(1.0, limit / (norm + 1e-6)) : 1.0;
}

/// g + weightDecay w, or less arithmetic where there is no decay.
static float decayed(float gradient, float weight, float weightDecay) {
  return weightDecay == 0 ? gradient : gradient + weightDecay * weight;
}

Optimizer::Optimizer(const OptimizerDescription &description, size_t size)
    : description(description), squares(chunkCount(size)) {
  const std::string &name = description.kind;
  if (name != "sgd" && name != "adam" && name != "adamw")
    throw InternalError("the optimizer is sgd, adam or adamw, not " + name);
  kind = name == "sgd" ? Kind::Sgd : name == "adam" ? Kind::Adam : Kind::AdamW;
  if (kind != Kind::Sgd) {
    moments.push_back({"exp_avg", std::vector<float>(size)});
    moments.push_back({"exp_avg_sq", std::vector<float>(size)});
  } else if (description.momentum != 0) {
    moments.push_back({"momentum_buffer", std::vector<float>(size)});
  }
}

double Optimizer::globalNorm(std::span<const float> gradients) {
  forEachChunk(gradients.size(), [&](size_t begin, size_t end, int chunk) {
    double lanes[8] = {}; // of their own, so that the compiler may use a vector
    for (; end - begin >= 8; begin += 8)
      for (int i = 0; i < 8; ++i)
        lanes[i] += static_cast<double>(gradients[begin + i]) * gradients[begin + i];
    for (; begin < end; ++begin)
      lanes[0] += static_cast<double>(gradients[begin]) * gradients[begin];
    double square = 0;
    for (double lane : lanes)
      square += lane;
    squares[chunk] = square;
  });
  double sum = 0;
  for (double square : squares)
    sum += square;
  return std::sqrt(sum);
}

void Optimizer::update(std::span<float> weights, std::span<const float> gradients, double scale,
                       double rate, int64_t step) {
  const float factor = scale, decay = description.weightDecay;

  if (kind == Kind::Sgd) {
    const float momentum = description.momentum, size = rate;
    float *velocity = moments.empty() ? nullptr : moments[0].values.data();
    forEachChunk(weights.size(), [=](size_t begin, size_t end, int) {
      for (size_t i = begin; i < end; ++i) {
        float g = decayed(factor * gradients[i], weights[i], decay);
        if (velocity)
          g = velocity[i] = momentum * velocity[i] + g;
        weights[i] -= size * g;
      }
    });
    return;
  }

  const bool decoupled = kind == Kind::AdamW;
  const float keep = decoupled ? 1 - rate * description.weightDecay : 1;
  const float coupledDecay = decoupled ? 0 : decay;
  const float newMean = 1 - description.beta1, newSquare = 1 - description.beta2;
  const float oldSquare = description.beta2, epsilon = description.epsilon;
  const float size = rate / (1 - std::pow(description.beta1, step));
  const float root = std::sqrt(1 - std::pow(description.beta2, step));
  float *mean = moments[0].values.data(), *square = moments[1].values.data();
  forEachChunk(weights.size(), [=](size_t begin, size_t end, int) {
    for (size_t i = begin; i < end; ++i) {
      float w = weights[i] * keep;
      float g = decayed(factor * gradients[i], w, coupledDecay);
      mean[i] += newMean * (g - mean[i]);
      square[i] = oldSquare * square[i] + newSquare * g * g;
      weights[i] = w - size * mean[i] / (std::sqrt(square[i]) / root + epsilon);
    }
  });
}

} // namespace loup
