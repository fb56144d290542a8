// Small dense tensors for tests, and the numbers to fill them with.
#pragma once

#include "runtime/Random.h"

#include <cstdint>
#include <initializer_list>
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

  /// Where an element lies.
  int64_t offset(std::initializer_list<int64_t> index) const {
    int64_t result = 0;
    size_t axis = 0;
    for (int64_t i : index)
      result = result * shape[axis++] + i;
    return result;
  }
  float at(std::initializer_list<int64_t> index) const { return real[offset(index)]; }
  int32_t integerAt(std::initializer_list<int64_t> index) const { return integer[offset(index)]; }
};

/// A tensor whose elements are `element(i)` of their place in memory.
template <class Element> Tensor makeTensor(std::vector<int64_t> shape, Element &&element) {
  Tensor t{std::move(shape), {}, {}};
  for (int64_t i = 0; i < t.size(); ++i)
    t.real.push_back(static_cast<float>(element(i)));
  return t;
}

/// Normal random numbers.
inline Tensor randomTensor(std::vector<int64_t> shape, uint64_t key) {
  return makeTensor(std::move(shape), [key](int64_t i) { return randomNormal(key, i); });
}

/// Uniform in [0, limit).
inline Tensor randomIntegers(std::vector<int64_t> shape, int32_t limit, uint64_t key) {
  Tensor t{std::move(shape), {}, {}};
  for (int64_t i = 0; i < t.size(); ++i)
    t.integer.push_back(static_cast<int32_t>(randomUniform(key, i) * limit));
  return t;
}

} // namespace loup::test
