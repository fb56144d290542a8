#include "runtime/ScratchStack.h"

#include <algorithm>
#include <cstdint>

namespace loup {

void *ScratchStack::allocate(size_t bytes) {
  size_t room = (std::max<size_t>(bytes, 1) + alignment - 1) / alignment * alignment;
  if (chunks.empty() || room > size_t(chunks.back().base + chunks.back().size - top)) {
    size_t total = 0;
    for (const Chunk &chunk : chunks)
      total += chunk.size;
    addChunk(std::max({room, total, size_t{1} << 16}));
  }
  blocks.push_back({top, chunks.size() - 1, false});
  top += room;
  return blocks.back().begin;
}

bool ScratchStack::release(const void *block) {
  auto found = std::find_if(blocks.rbegin(), blocks.rend(),
                            [&](const Block &b) { return b.begin == block && !b.released; });
  if (found == blocks.rend())
    return false;
  found->released = true;
  for (; !blocks.empty() && blocks.back().released; blocks.pop_back())
    if (blocks.back().chunk == chunks.size() - 1)
      top = blocks.back().begin;
  if (blocks.empty() && chunks.size() > 1) {
    size_t total = 0;
    for (const Chunk &chunk : chunks)
      total += chunk.size;
    chunks.clear();
    addChunk(total);
  }
  return true;
}

void ScratchStack::addChunk(size_t size) {
  Chunk chunk;
  chunk.memory.reset(new std::byte[size + alignment]); // not cleared
  auto address = reinterpret_cast<uintptr_t>(chunk.memory.get());
  chunk.base = chunk.memory.get() + (alignment - address % alignment) % alignment;
  chunk.size = size;
  top = chunk.base;
  chunks.push_back(std::move(chunk));
  ++takenChunks;
}

ScratchStack &threadScratch() {
  thread_local ScratchStack stack;
  return stack;
}

} // namespace loup
