#include "codegen/EmitKernels.h"
#include "codegen/Autoschedule.h"
#include "codegen/Cache.h"
#include "codegen/CompileKernel.h"
#include "codegen/TemporaryFolder.h"
#include "ir/Stage.h"

#include "runtime/Files.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

using namespace mlir;

namespace loup {

namespace {

/// What decides an object's bytes beside the kernel: this build of codegen and the machine.
std::string buildStamp(const Halide::Target &target) {
  return std::string(LOUP_CODEGEN_STAMP) + " " + target.to_string();
}

double since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string compileRuntime(const Halide::Target &target) {
  TemporaryFolder folder;
  Halide::compile_standalone_runtime((folder / "runtime.o").string(),
                                     target.without_feature(Halide::Target::NoRuntime));
  return readFile(folder / "runtime.o").value_or("");
}

Halide::Target kernelTarget() {
#ifdef NDEBUG
  return hostTarget(/*checked=*/false);
#else
  return hostTarget(/*checked=*/true);
#endif
}

std::vector<func::FuncOp> kernelsOf(ModuleOp module) {
  auto kernels = llvm::make_filter_range(module.getOps<func::FuncOp>(), isKernel);
  return {kernels.begin(), kernels.end()};
}

/// Whether the kernel that was compiled to this object has Halide's own schedule.
bool hasHalidesSchedule(func::FuncOp kernel, const std::filesystem::path &object) {
  return isAutoscheduled(kernel) &&
         holdsAutoscheduled(readFile(object).value_or(""), kernel.getSymName().str());
}

std::string textOf(func::FuncOp kernel) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  kernel.print(stream, OpPrintingFlags().useLocalScope());
  return text;
}

} // namespace

std::string emitKernelLoops(ModuleOp module) {
  std::string text;
  for (func::FuncOp kernel : kernelsOf(module))
    text += textOf(kernel) + "\n" + kernelLoops(kernel, kernelTarget()) + "\n";
  return text;
}

std::vector<EmittedKernel> emitKernels(ModuleOp module, int jobs, const KernelProgress &progress) {
  Halide::Target target = kernelTarget();
  std::string stamp = buildStamp(target);
  Cache cache("kernels");

  std::vector<func::FuncOp> kernels = kernelsOf(module);
  std::vector<std::string> texts;
  for (func::FuncOp kernel : kernels)
    texts.push_back(isAutoscheduled(kernel)
                        ? fmt::format("{} cores\n{}", autoscheduledCores(), textOf(kernel))
                        : textOf(kernel));

  std::vector<EmittedKernel> emitted(kernels.size() + 1);
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  size_t done = 0;
  std::exception_ptr failure;
  auto work = [&] {
    for (size_t i; (i = next++) < emitted.size();) {
      try {
        bool isRuntime = i == kernels.size();
        auto start = std::chrono::steady_clock::now();
        Cache::Entry entry = cache.obtain({stamp, isRuntime ? "runtime" : texts[i]}, [&] {
          return isRuntime ? compileRuntime(target) : compileKernel(kernels[i], target);
        });
        emitted[i] = {isRuntime ? "runtime" : kernels[i].getSymName().str(), entry.path,
                      since(start), !entry.isNew,
                      !isRuntime && hasHalidesSchedule(kernels[i], entry.path)};
      } catch (...) {
        std::lock_guard lock(mutex);
        failure = failure ? failure : std::current_exception();
        next = emitted.size();
        return;
      }
      std::lock_guard lock(mutex);
      progress(emitted[i], ++done, emitted.size());
    }
  };
  if (jobs <= 0)
    jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  std::vector<std::thread> threads;
  for (int i = 1; i < jobs; ++i)
    threads.emplace_back(work);
  work();
  for (std::thread &thread : threads)
    thread.join();
  if (failure)
    std::rethrow_exception(failure);
  cache.removeUnused();
  return emitted;
}

} // namespace loup
