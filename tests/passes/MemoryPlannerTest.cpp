#include "passes/MemoryPlanner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace loup {
namespace {

struct Block {
  int64_t size, begin, end;
};

bool liveTogether(const Block &a, const Block &b) { return a.begin <= b.end && b.begin <= a.end; }

MemoryPlanner planned(const std::vector<Block> &blocks) {
  MemoryPlanner planner;
  for (size_t i = 0; i < blocks.size(); ++i)
    EXPECT_EQ(planner.add(blocks[i].size, blocks[i].begin, blocks[i].end), i);
  planner.plan();
  return planner;
}

/// The least memory that all blocks fit in, found by trying every offset in steps of `alignment`.
class SmallestPlan {
public:
  explicit SmallestPlan(const std::vector<Block> &blocks) : blocks(blocks), offsets(blocks.size()) {
    for (const Block &block : blocks)
      least += block.size;
    place(0, 0);
  }

  int64_t total() const { return least; }

private:
  void place(size_t i, int64_t end) {
    if (i == blocks.size()) {
      least = std::min(least, end);
      return;
    }
    for (offsets[i] = 0; offsets[i] + blocks[i].size < least;
         offsets[i] += MemoryPlanner::alignment)
      if (fits(i))
        place(i + 1, std::max(end, offsets[i] + blocks[i].size));
  }

  bool fits(size_t i) const {
    for (size_t j = 0; j < i; ++j)
      if (liveTogether(blocks[i], blocks[j]) && offsets[i] < offsets[j] + blocks[j].size &&
          offsets[j] < offsets[i] + blocks[i].size)
        return false;
    return true;
  }

  const std::vector<Block> &blocks;
  std::vector<int64_t> offsets;
  int64_t least = 0;
};

TEST(MemoryPlanner, KeepsApartWhatLivesTogether) {
  std::mt19937 random(1);
  auto below = [&](int64_t limit) { return static_cast<int64_t>(random() % limit); };
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<Block> blocks(1 + below(60));
    for (Block &block : blocks) {
      block.begin = below(40);
      block = {1 + below(1000), block.begin, block.begin + below(10)};
    }
    MemoryPlanner plan = planned(blocks);
    int64_t end = 0;
    for (size_t i = 0; i < blocks.size(); ++i) {
      EXPECT_GE(plan.offset(i), 0);
      EXPECT_EQ(plan.offset(i) % MemoryPlanner::alignment, 0);
      end = std::max(end, plan.offset(i) + blocks[i].size);
      for (size_t j = 0; j < i; ++j)
        if (liveTogether(blocks[i], blocks[j]))
          ASSERT_TRUE(plan.offset(i) + blocks[i].size <= plan.offset(j) ||
                      plan.offset(j) + blocks[j].size <= plan.offset(i))
              << "trial " << trial << ", blocks " << i << " and " << j;
    }
    EXPECT_GE(plan.total(), end);
    EXPECT_LT(plan.total(), end + MemoryPlanner::alignment);
  }
}

TEST(MemoryPlanner, ABlockLivesUntilItsLastReadAndNoLonger) {
  // Read at 5 and written at 5: the kernel of time 5 must not write over its operand.
  MemoryPlanner meeting = planned({{64, 0, 5}, {64, 5, 9}});
  EXPECT_NE(meeting.offset(0), meeting.offset(1));
  EXPECT_EQ(meeting.total(), 128);

  MemoryPlanner apart = planned({{64, 0, 4}, {64, 5, 9}});
  EXPECT_EQ(apart.offset(0), apart.offset(1));
  EXPECT_EQ(apart.total(), 64);
}

TEST(MemoryPlanner, AlignsBlocksOfAnySize) {
  MemoryPlanner plan = planned({{1, 0, 1}, {65, 0, 1}, {64, 0, 1}, {4, 0, 1}});
  EXPECT_EQ(plan.offset(1), 0); // largest first, takes 128
  EXPECT_EQ(plan.offset(0), 128);
  EXPECT_EQ(plan.offset(2), 192);
  EXPECT_EQ(plan.offset(3), 256);
  EXPECT_EQ(plan.total(), 320);
}

TEST(MemoryPlanner, FillsGaps) {
  // The first three lie above each other; when the second is dead, the fourth fits between.
  MemoryPlanner plan = planned({{192, 0, 9}, {128, 0, 3}, {128, 0, 9}, {64, 4, 9}});
  EXPECT_EQ(plan.offset(3), plan.offset(1));
  EXPECT_EQ(plan.total(), 448);
}

TEST(MemoryPlanner, OfNothingIsNothing) { EXPECT_EQ(planned({}).total(), 0); }

/// All ways to choose `count` of the blocks of up to three units and four times, each once or more.
template <class Visit> void forAllSmall(size_t count, Visit visit) {
  std::vector<Block> choices;
  for (int64_t units = 1; units <= 3; ++units)
    for (int64_t begin = 0; begin < 4; ++begin)
      for (int64_t end = begin; end < 4; ++end)
        choices.push_back({units * MemoryPlanner::alignment, begin, end});
  std::vector<Block> chosen;
  auto choose = [&](auto &self, size_t from) -> void {
    if (chosen.size() == count)
      return visit(chosen);
    for (size_t i = from; i < choices.size(); ++i) {
      chosen.push_back(choices[i]);
      self(self, i);
      chosen.pop_back();
    }
  };
  choose(choose, 0);
}

TEST(MemoryPlanner, NeedsTheLeastMemoryForUpToThreeBlocks) {
  for (size_t count : {1, 2, 3})
    forAllSmall(count, [](const std::vector<Block> &blocks) {
      MemoryPlanner plan = planned(blocks);
      ASSERT_EQ(plan.total(), SmallestPlan(blocks).total()) << plan.draw();
    });
}

TEST(MemoryPlanner, NeedsTheLeastMemoryForAlmostAllOfFourBlocks) {
  int64_t all = 0, least = 0;
  forAllSmall(4, [&](const std::vector<Block> &blocks) {
    MemoryPlanner plan = planned(blocks);
    int64_t smallest = SmallestPlan(blocks).total();
    ASSERT_GE(plan.total(), smallest) << plan.draw(); // else it is no plan
    ++all;
    least += plan.total() == smallest;
  });
  EXPECT_GT(least, all * 99 / 100);
}

TEST(MemoryPlanner, DrawsItsPlan) {
  MemoryPlanner plan = planned({{100, 0, 31}, {64, 0, 63}, {128, 32, 63}});
  EXPECT_EQ(plan.draw(), "|" + std::string(32, '#') + std::string(32, ' ') + "| 0 + 128\n" + "|" +
                             std::string(32, ' ') + std::string(32, '#') + "| 0 + 128\n" + "|" +
                             std::string(64, '#') + "| 128 + 64\n");
}

} // namespace
} // namespace loup
