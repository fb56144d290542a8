// Places blocks whose lifetimes are known so that they share memory.
#pragma once

#include "ir/Memory.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loup {

/// Add the blocks, plan, ask. Sizes and offsets are in bytes; every block is aligned.
class MemoryPlanner {
public:
  static constexpr int64_t alignment = memoryAlignment;

  /// A block that is written at time `begin` and read for the last time at `end`, both included.
  /// Returns its number.
  size_t add(int64_t size, int64_t begin, int64_t end);

  /// Decides all offsets: largest blocks first, each at the lowest offset where it meets no block
  /// that lives at the same time.
  void plan();

  int64_t offset(size_t block) const { return blocks[block].offset; }
  int64_t total() const { return end; }

  /// One line a block: offset, size, and its lifetime as a bar.
  std::string draw() const;

private:
  struct Block {
    int64_t size, begin, end;
    int64_t offset = 0;
  };

  std::vector<Block> blocks;
  int64_t end = 0;
};

} // namespace loup
