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

/// ${XDG_CACHE_HOME:-~/.cache}/loup, made if it is not there.
std::filesystem::path cacheFolder(const char *part);

/// Writes `bytes` to a file that is either whole or not there.
void writeWhole(const std::filesystem::path &path, const std::string &bytes);

/// Hexadecimal, of all that decides an output's bytes.
std::string contentHash(const std::vector<std::string> &parts);

} // namespace loup
