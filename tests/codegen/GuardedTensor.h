// Tensors in memory that ends the test when it is left.
#pragma once

#include "tests/codegen/Tensor.h"

#include "HalideRuntime.h"

#include <cstring>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace loup::test {

/// Which end of a buffer touches a forbidden page.
enum class Border { Behind, Before };

/// Memory for one buffer between forbidden pages.
class GuardedMemory {
public:
  GuardedMemory(size_t bytes, Border border) {
    size_t page = sysconf(_SC_PAGESIZE);
    size_t inner = (bytes + page - 1) / page * page;
    length = inner + 2 * page;
    base = static_cast<char *>(
        mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(base, page, PROT_NONE);
    mprotect(base + page + inner, page, PROT_NONE);
    data = base + page + (border == Border::Behind ? inner - bytes : 0);
  }
  ~GuardedMemory() { munmap(base, length); }
  GuardedMemory(const GuardedMemory &) = delete;

  char *data;

private:
  char *base;
  size_t length;
};

/// A tensor as kernels see it.
class GuardedTensor {
public:
  GuardedTensor(const Tensor &tensor, bool isReal, Border border)
      : memory(tensor.size() * 4, border), dims(tensor.shape.size()) {
    int32_t stride = 1;
    for (size_t i = 0; i < dims.size(); ++i) {
      int32_t extent = static_cast<int32_t>(tensor.shape[dims.size() - 1 - i]);
      dims[i] = halide_dimension_t(0, extent, stride);
      stride *= extent;
    }
    buffer.host = reinterpret_cast<uint8_t *>(memory.data);
    buffer.type = halide_type_t(isReal ? halide_type_float : halide_type_int, 32);
    buffer.dimensions = static_cast<int32_t>(dims.size());
    buffer.dim = dims.data();
    // Results start as NaN, or as -1.
    const void *values = isReal ? static_cast<const void *>(tensor.real.data())
                                : static_cast<const void *>(tensor.integer.data());
    if (tensor.real.empty() && tensor.integer.empty())
      std::memset(memory.data, 0xff, tensor.size() * 4);
    else
      std::memcpy(memory.data, values, tensor.size() * 4);
  }
  GuardedTensor(const GuardedTensor &) = delete;

  void copyTo(Tensor &tensor) const {
    auto copy = [&](auto &values) {
      values.resize(tensor.size());
      std::memcpy(values.data(), memory.data, tensor.size() * 4);
    };
    if (buffer.type.code == halide_type_float)
      copy(tensor.real);
    else
      copy(tensor.integer);
  }

  halide_buffer_t buffer = {};

private:
  GuardedMemory memory;
  std::vector<halide_dimension_t> dims;
};

} // namespace loup::test
