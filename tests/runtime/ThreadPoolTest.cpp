#include "runtime/ThreadPool.h"

#include "runtime/Errors.h"
#include "runtime/ScratchStack.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <set>
#include <thread>
#include <vector>

extern "C" {
int halide_do_par_for(void *user, int (*task)(void *, int, uint8_t *), int first, int count,
                      uint8_t *closure);
void *halide_malloc(void *user, size_t bytes);
void halide_free(void *user, void *memory);
void halide_error(void *user, const char *message);
}

namespace loup {
namespace {

class ThreadPoolTest : public testing::TestWithParam<int> {
protected:
  void SetUp() override { setThreadCount(GetParam()); }
  void TearDown() override { setThreadCount(1); }
};

INSTANTIATE_TEST_SUITE_P(Threads, ThreadPoolTest, testing::Values(1, 2, 5));

TEST_P(ThreadPoolTest, RunsEveryTaskOnce) {
  EXPECT_EQ(threadCount(), GetParam());
  for (int count : {0, 1, 2, 3, 100, 1000}) {
    std::vector<std::atomic<int>> runs(count);
    parallelFor(count, [&](int i) { ++runs[i]; });
    for (int i = 0; i < count; ++i)
      EXPECT_EQ(runs[i], 1) << i << " of " << count;
  }
}

TEST_P(ThreadPoolTest, RunsManyShortLoops) {
  int64_t sum = 0;
  for (int round = 0; round < 5000; ++round) {
    std::vector<int> values(3);
    parallelFor(3, [&](int i) { values[i] = i + 1; });
    sum += values[0] + values[1] + values[2];
  }
  EXPECT_EQ(sum, 5000 * 6);
}

TEST_P(ThreadPoolTest, NestedLoopsRunWhereTheyAre) {
  std::atomic<int> runs = 0;
  std::atomic<bool> moved = false;
  parallelFor(8, [&](int) {
    auto here = std::this_thread::get_id();
    parallelFor(8, [&](int) {
      ++runs;
      if (std::this_thread::get_id() != here)
        moved = true;
    });
  });
  EXPECT_EQ(runs, 64);
  EXPECT_FALSE(moved);
}

TEST_P(ThreadPoolTest, ThreadsOutsideThePoolMayUseItTogether) {
  std::atomic<int> runs = 0;
  std::vector<std::thread> outside;
  for (int t = 0; t < 3; ++t)
    outside.emplace_back([&] {
      for (int round = 0; round < 200; ++round)
        parallelFor(4, [&](int) { ++runs; });
    });
  for (std::thread &thread : outside)
    thread.join();
  EXPECT_EQ(runs, 3 * 200 * 4);
}

TEST_P(ThreadPoolTest, HalideLoopsPassTheirArgumentsAndReturnAFailure) {
  std::vector<uint8_t> seen(20);
  int user = 7;
  auto mark = [](void *user, int index, uint8_t *closure) {
    closure[index] = static_cast<uint8_t>(*static_cast<int *>(user));
    return 0;
  };
  EXPECT_EQ(halide_do_par_for(&user, mark, 5, 10, seen.data()), 0);
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(seen[i], i >= 5 && i < 15 ? 7 : 0) << i;

  auto fail = [](void *, int index, uint8_t *) { return index == 12 ? -3 : 0; };
  EXPECT_EQ(halide_do_par_for(nullptr, fail, 5, 10, nullptr), -3);
  EXPECT_EQ(halide_do_par_for(nullptr, fail, 5, 5, nullptr), 0);
}

TEST(HalideTest, AnErrorNamesItselfAndEndsTheProgram) {
  EXPECT_EXIT(halide_error(nullptr, "input has extent 3"), testing::ExitedWithCode(70),
              "internal error: in a kernel: input has extent 3");
  int local;
  EXPECT_EXIT(halide_free(nullptr, &local), testing::ExitedWithCode(70), "scratch memory");
}

TEST(HalideTest, MemoryIsAlignedAndItsOwn) {
  auto *a = static_cast<char *>(halide_malloc(nullptr, 100));
  auto *b = static_cast<char *>(halide_malloc(nullptr, 1 << 20));
  auto *c = static_cast<char *>(halide_malloc(nullptr, 0));
  for (char *p : {a, b, c})
    EXPECT_EQ(reinterpret_cast<uintptr_t>(p) % 128, 0u);
  std::fill_n(a, 100, 'a');
  std::fill_n(b, 1 << 20, 'b');
  EXPECT_EQ(std::count(a, a + 100, 'a'), 100);
  EXPECT_NE(b, c);
  halide_free(nullptr, b);
  halide_free(nullptr, a);
  halide_free(nullptr, c);
  halide_free(nullptr, nullptr);
}

TEST(ScratchStackTest, TakesNothingMoreOnceItHasSeenTheMost) {
  ScratchStack stack;
  auto kernel = [&] {
    std::vector<void *> held;
    for (size_t bytes : {1000, 200000, 64, 3000000, 5})
      held.push_back(stack.allocate(bytes));
    EXPECT_EQ(std::set<void *>(held.begin(), held.end()).size(), held.size());
    for (int i : {1, 0, 3, 4, 2}) // not in the order of a stack
      EXPECT_TRUE(stack.release(held[i]));
  };
  kernel();
  int taken = stack.taken();
  for (int round = 0; round < 10; ++round)
    kernel();
  EXPECT_EQ(stack.taken(), taken);
}

TEST(ScratchStackTest, UsesReleasedRoomAgain) {
  ScratchStack stack;
  void *first = stack.allocate(64);
  void *second = stack.allocate(64);
  EXPECT_TRUE(stack.release(second));
  EXPECT_FALSE(stack.release(second));
  EXPECT_EQ(stack.allocate(64), second);
  EXPECT_TRUE(stack.release(first)); // below one in use: its room waits
  EXPECT_NE(stack.allocate(64), first);
}

} // namespace
} // namespace loup
