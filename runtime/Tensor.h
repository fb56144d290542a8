// Memory as Halide's kernels see it: pointer, extents, strides.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

// The layout of Halide 21's halide_buffer_t (HalideRuntime.h), which its kernels take. It is
// declared here so that printed programs compile without Halide.
extern "C" {
struct halide_dimension_t {
  int32_t min, extent, stride;
  uint32_t flags;
};

struct halide_buffer_t {
  uint64_t device;
  const void *device_interface;
  void *host;
  uint64_t flags;
  uint8_t type_code, type_bits;
  uint16_t type_lanes;
  int32_t dimensions;
  halide_dimension_t *dim;
  void *padding;
};
}

namespace loup {

/// Elements of an axis that lie together.
struct Part {
  int64_t first, count;
};

/// A dense row-major array of `rank` axes, outermost first, that it does not own. Halide counts
/// dimensions from the innermost.
template <class T, int rank> class Tensor {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, int32_t>);

public:
  Tensor(const T *data, const std::array<int64_t, rank> &extents) : memory(const_cast<T *>(data)) {
    int64_t stride = 1;
    for (int i = rank - 1; i >= 0; --i) {
      dimensions[rank - 1 - i] = {0, static_cast<int32_t>(extents[i]), static_cast<int32_t>(stride),
                                  0};
      stride *= extents[i];
    }
  }

  T *data() const { return memory; }

  /// The same memory with other axes.
  template <class... Extents> Tensor<T, sizeof...(Extents)> as(Extents... extents) const {
    return {memory, {static_cast<int64_t>(extents)...}};
  }

  /// Some of the outermost axis' elements.
  Tensor rows(Part part) const {
    std::array<int64_t, rank> extents;
    for (int i = 0; i < rank; ++i)
      extents[i] = dimensions[rank - 1 - i].extent;
    extents[0] = part.count;
    return {memory + part.first * dimensions[rank - 1].stride, extents};
  }

  /// What a kernel takes; valid as long as the tensor.
  operator halide_buffer_t *() const {
    constexpr uint8_t code = std::is_same_v<T, float> ? 2 : 0;
    buffer = {0, nullptr, memory, 0, code, 32, 1, rank, dimensions.data(), nullptr};
    return &buffer;
  }

private:
  T *memory;
  mutable std::array<halide_dimension_t, rank> dimensions;
  mutable halide_buffer_t buffer;
};

template <class T, class... Extents>
Tensor<T, sizeof...(Extents)> tensor(const T *data, Extents... extents) {
  return {data, {static_cast<int64_t>(extents)...}};
}

/// Hands out the memory of one call, piece after piece.
class Scratch {
public:
  /// Values whose sizes are proportional to `count`.
  class Slab {
  public:
    Slab(std::byte *begin, int64_t count) : begin(begin), count(count) {}

    /// The value that begins at `offset` bytes for each of `count`.
    template <class... Extents> auto tensor(int64_t offset, Extents... extents) const {
      return loup::tensor(reinterpret_cast<float *>(begin + offset * count), extents...);
    }
    template <class... Extents> auto integers(int64_t offset, Extents... extents) const {
      return loup::tensor(reinterpret_cast<int32_t *>(begin + offset * count), extents...);
    }

  private:
    std::byte *begin;
    int64_t count;
  };

  explicit Scratch(std::byte *begin) : begin(begin), next(begin) {}

  /// The next `bytes` bytes, a multiple of 64, for each of `count`.
  Slab slab(int64_t bytes, int64_t count) {
    Slab made(next, count);
    next += bytes * count;
    return made;
  }

  /// The next `bytes` bytes for each of `count`, as floats or integers.
  float *floats(int64_t bytes, int64_t count) { return slab(bytes, count).tensor(0).data(); }
  int32_t *integers(int64_t bytes, int64_t count) { return slab(bytes, count).integers(0).data(); }

  int64_t used() const { return next - begin; }

private:
  std::byte *begin, *next;
};

} // namespace loup
