// The one pool of threads of a program. Halide kernels run on it too: ThreadPool.cpp defines the
// functions that they call (halide_do_par_for, halide_malloc, halide_free, halide_error).
#pragma once

#include <type_traits>

namespace loup {

/// Sets how many threads share the work, the caller's included; 0 takes every core. Call it before
/// the first parallelFor and between none. Results never depend on it.
void setThreadCount(int count);
int threadCount();

/// One task of a parallel loop. A result other than 0 ends the loop early.
using Task = int (*)(void *context, int index);

/// Runs task(context, i) for every i in [first, first + count), in any order, and returns when all
/// have ended: 0, or one of the results other than 0. Inside a task it runs on the task's thread.
int runTasks(int first, int count, Task task, void *context);

/// Runs body(i) for every i in [0, count), as runTasks does.
template <class Body> void parallelFor(int count, Body &&body) {
  using Plain = std::remove_reference_t<Body>;
  runTasks(
      0, count,
      [](void *context, int index) {
        (*static_cast<Plain *>(context))(index);
        return 0;
      },
      const_cast<void *>(static_cast<const void *>(&body)));
}

} // namespace loup
