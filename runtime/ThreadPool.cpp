#include "runtime/ThreadPool.h"

#include "runtime/Errors.h"
#include "runtime/ScratchStack.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <thread>
#include <vector>

namespace loup {
namespace {

struct Job {
  Task task;
  void *context;
  int first, count;
  std::atomic<int> next = 0;
  std::atomic<int> result = 0;

  void work() {
    for (int i; (i = next.fetch_add(1, std::memory_order_relaxed)) < count;)
      if (int failure = task(context, first + i)) {
        result = failure;
        next.store(count, std::memory_order_relaxed);
      }
  }
};

/// Waits until `value` is no longer `old`: awake for some microseconds, which is how long the
/// serial code between two kernels takes, then asleep.
int waitForChange(const std::atomic<int> &value, int old) {
  for (int i = 0; i < 200; ++i) {
    if (value.load() != old)
      return value.load();
    std::this_thread::yield();
  }
  value.wait(old);
  return value.load();
}

class ThreadPool {
public:
  ~ThreadPool() { stop(); }

  void resize(int count) {
    stop();
    stopping = false;
    for (int i = 1; i < count; ++i)
      workers.emplace_back([this, seen = round.load()]() mutable { serve(seen); });
  }

  int size() const { return static_cast<int>(workers.size()) + 1; }

  int run(Job &mine) {
    // Nested loops, and those of threads outside the pool while it is busy, run where they are.
    if (mine.count <= 1 || workers.empty() || busy.test_and_set()) {
      mine.work();
      return mine.result;
    }
    job = &mine;
    ++round;
    round.notify_all();
    mine.work();
    // A worker counts itself as active before it looks at `job`: once `job` is withdrawn and nobody
    // is active, nobody holds `mine`, and all its tasks have ended.
    job = nullptr;
    for (int count = active; count != 0;)
      count = waitForChange(active, count);
    busy.clear();
    return mine.result;
  }

private:
  void serve(int seen) {
    while (!stopping) {
      ++active;
      if (Job *current = job)
        current->work();
      if (--active == 0)
        active.notify_one();
      seen = waitForChange(round, seen);
    }
  }

  void stop() {
    stopping = true;
    ++round;
    round.notify_all();
    for (std::thread &worker : workers)
      worker.join();
    workers.clear();
  }

  std::vector<std::thread> workers;
  std::atomic<Job *> job = nullptr;
  std::atomic<int> round = 0;  // counts the jobs, so that workers notice a new one
  std::atomic<int> active = 0; // workers that may hold `job`
  std::atomic_flag busy;
  std::atomic<bool> stopping = false;
};

ThreadPool &pool() {
  static ThreadPool instance;
  return instance;
}

} // namespace

void setThreadCount(int count) {
  pool().resize(count ? count : std::max(1u, std::thread::hardware_concurrency()));
}

int threadCount() { return pool().size(); }

int runTasks(int first, int count, Task task, void *context) {
  Job job{task, context, first, count};
  return pool().run(job);
}

} // namespace loup

// What Halide's kernels call. These must be plain definitions, in a file that every program links,
// to take the place of the weak ones in Halide's runtime object.
extern "C" {

int halide_do_par_for(void *user, int (*task)(void *, int, uint8_t *), int first, int count,
                      uint8_t *closure) {
  struct Kernel {
    void *user;
    int (*task)(void *, int, uint8_t *);
    uint8_t *closure;
  } kernel{user, task, closure};
  return loup::runTasks(
      first, count,
      [](void *context, int index) {
        auto &kernel = *static_cast<Kernel *>(context);
        return kernel.task(kernel.user, index, kernel.closure);
      },
      &kernel);
}

/// Ends the program: an exception cannot pass through a kernel's frames.
void halide_error(void *, const char *message) {
  std::fflush(stdout);
  std::fprintf(stderr, "internal error: in a kernel: %s\n", message);
  std::_Exit(loup::internalErrorExitCode);
}

/// Null when there is no memory, which the kernel reports through halide_error.
void *halide_malloc(void *, size_t bytes) {
  try {
    return loup::threadScratch().allocate(bytes);
  } catch (const std::bad_alloc &) {
    return nullptr;
  }
}

void halide_free(void *user, void *memory) {
  if (memory && !loup::threadScratch().release(memory))
    halide_error(user, "scratch memory is released by a thread that did not allocate it");
}
}
