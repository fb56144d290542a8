// Small dense tensors for tests, and the numbers to fill them with.
#pragma once

#include "runtime/Random.h"

#include <cstdint>
#include <vector>

namespace loup::test {

/// Row-major; holds floats or integers.
struct Tensor {
  std::vector<int64_t> shape;
  std::vector<float> real;
  std::vector<int32_t> integer;

  int64_t size() const {
    int64_t n = 1;
    for (int64_t extent : shape)
      n *= extent;
    return n;
  }
};

/// Normal random numbers.
inline Tensor randomTensor(std::vector<int64_t> shape, uint64_t key) {
  Tensor t{std::move(shape), {}, {}};
  for (int64_t i = 0; i < t.size(); ++i)
    t.real.push_back(static_cast<float>(randomNormal(key, i)));
  return t;
}

/// Uniform in [0, limit).
inline Tensor randomIntegers(std::vector<int64_t> shape, int32_t limit, uint64_t key) {
  Tensor t{std::move(shape), {}, {}};
  for (int64_t i = 0; i < t.size(); ++i)
    t.integer.push_back(static_cast<int32_t>(randomUniform(key, i) * limit));
  return t;
}

} // namespace loup::test
