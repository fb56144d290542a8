// All kernels of a module as object files, from the cache where they are known.
#pragma once

#include "mlir/IR/BuiltinOps.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace loup {

struct EmittedKernel {
  std::string name;
  std::filesystem::path object;
  double seconds = 0; // of compiling
  bool cached = false;
  bool autoscheduled = false; // by Halide's own autoscheduler, rather than by us
};

/// Called as each kernel is ready, from one thread at a time: `done` of `all`.
using KernelProgress = std::function<void(const EmittedKernel &, size_t done, size_t all)>;

/// Compiles with `jobs` threads (0: one a core). An object's name in the cache is a hash of the
/// kernel's text, the target machine and this build of Loup. The last object is Halide's runtime.
/// Kernels check their buffers where Loup itself is built with assertions.
std::vector<EmittedKernel> emitKernels(mlir::ModuleOp module, int jobs,
                                       const KernelProgress &progress);

/// The loops of all kernels as text, for people.
std::string emitKernelLoops(mlir::ModuleOp module);

} // namespace loup
