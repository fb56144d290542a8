// The memory kernels ask for while they run.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace loup {

/// A stack of blocks that grows until it holds the most that was ever in use at once, and then
/// serves every later request without asking the system. Blocks may be released in any order; the
/// room of one is used again when all above it are released too.
class ScratchStack {
public:
  static constexpr size_t alignment = 128; // what Halide's own allocator promises

  void *allocate(size_t bytes);

  /// False when `block` is none of this stack's.
  bool release(const void *block);

  /// Chunks taken from the system so far.
  int taken() const { return takenChunks; }

private:
  struct Chunk {
    std::unique_ptr<std::byte[]> memory;
    std::byte *base = nullptr;
    size_t size = 0;
  };
  struct Block {
    std::byte *begin;
    size_t chunk; // index into `chunks`
    bool released;
  };

  void addChunk(size_t size);

  std::vector<Chunk> chunks;
  std::vector<Block> blocks; // in use, the newest last
  std::byte *top = nullptr;  // in the last chunk
  int takenChunks = 0;
};

/// The calling thread's.
ScratchStack &threadScratch();

} // namespace loup
