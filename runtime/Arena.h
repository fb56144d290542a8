// One block of memory from which a printed driver takes all its tensors.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace loup {

class Arena {
public:
  static constexpr size_t alignment = 64;

  Arena() = default;

  /// `bytes` bytes, all zero. The system commits a page when it is first touched. Throws UserError
  /// when there is not that much.
  explicit Arena(size_t bytes);

  /// The element type's array at `offset` bytes, a multiple of `alignment`.
  template <class T> T *at(size_t offset) const { return reinterpret_cast<T *>(base + offset); }

  size_t size() const { return bytes; }

private:
  struct Free {
    void operator()(std::byte *memory) const { std::free(memory); }
  };
  std::unique_ptr<std::byte[], Free> memory;
  std::byte *base = nullptr;
  size_t bytes = 0;
};

} // namespace loup
