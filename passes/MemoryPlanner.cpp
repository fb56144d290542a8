#include "passes/MemoryPlanner.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <numeric>

namespace loup {

size_t MemoryPlanner::add(int64_t size, int64_t begin, int64_t end) {
  blocks.push_back({static_cast<int64_t>(llvm::alignTo(size, alignment)), begin, end});
  return blocks.size() - 1;
}

void MemoryPlanner::plan() {
  std::vector<size_t> order(blocks.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::pair(-blocks[a].size, a) < std::pair(-blocks[b].size, b);
  });

  std::vector<const Block *> placed; // by offset
  for (size_t number : order) {
    Block &block = blocks[number];
    block.offset = 0;
    for (const Block *other : placed) {
      bool together = other->begin <= block.end && block.begin <= other->end;
      if (!together)
        continue;
      if (block.offset + block.size <= other->offset)
        break; // the gap before `other` is large enough
      block.offset = std::max(block.offset, other->offset + other->size);
    }
    auto after =
        std::upper_bound(placed.begin(), placed.end(), &block,
                         [](const Block *a, const Block *b) { return a->offset < b->offset; });
    placed.insert(after, &block);
    end = std::max(end, block.offset + block.size);
  }
}

std::string MemoryPlanner::draw() const {
  constexpr int64_t columns = 64;
  int64_t last = 1;
  for (const Block &block : blocks)
    last = std::max(last, block.end);
  std::vector<Block> sorted = blocks;
  std::sort(sorted.begin(), sorted.end(), [](const Block &a, const Block &b) {
    return std::pair(a.offset, a.begin) < std::pair(b.offset, b.begin);
  });
  std::string picture;
  for (const Block &block : sorted) {
    std::string bar(columns, ' ');
    for (int64_t i = block.begin * (columns - 1) / last; i <= block.end * (columns - 1) / last; ++i)
      bar[i] = '#';
    picture +=
        "|" + bar + "| " + std::to_string(block.offset) + " + " + std::to_string(block.size) + "\n";
  }
  return picture;
}

} // namespace loup
