#include "codegen/EmitKernels.h"
#include "codegen/CompileKernel.h"

#include "runtime/Errors.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <thread>
#include <unistd.h>

using namespace mlir;
namespace fs = std::filesystem;

namespace loup {

fs::path cacheFolder(const char *part) {
  const char *cache = std::getenv("XDG_CACHE_HOME"), *home = std::getenv("HOME");
  fs::path folder = cache && *cache ? fs::path(cache)
                    : home          ? fs::path(home) / ".cache"
                                    : fs::temp_directory_path();
  folder = folder / "loup" / part;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw UserError("cannot make the folder " + folder.string() + " for compiled kernels: " +
                    error.message() + "; set XDG_CACHE_HOME to one that can be written");
  return folder;
}

void writeWhole(const fs::path &path, const std::string &bytes) {
  static std::atomic<int> number = 0;
  fs::path part = path.string() + "." + std::to_string(getpid()) + "." + std::to_string(number++);
  {
    std::ofstream file(part, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) {
      std::error_code ignored;
      fs::remove(part, ignored);
      throw UserError("cannot write " + path.string() + ": is the disk full?");
    }
  }
  fs::rename(part, path);
}

std::string contentHash(const std::vector<std::string> &parts) {
  llvm::SHA256 hash;
  for (const std::string &part : parts) {
    hash.update(std::to_string(part.size()) + ":");
    hash.update(part);
  }
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

namespace {

/// What decides an object's bytes beside the kernel: this build of codegen and the machine.
std::string buildStamp(const Halide::Target &target) {
  return std::string(LOUP_CODEGEN_STAMP) + " " + target.to_string();
}

double since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// `make`s the bytes of `path` unless they are there.
EmittedKernel obtain(const std::string &name, const fs::path &path,
                     const std::function<std::string()> &make) {
  EmittedKernel kernel{name, path};
  kernel.cached = fs::exists(path);
  if (kernel.cached)
    return kernel;
  auto start = std::chrono::steady_clock::now();
  writeWhole(path, make());
  kernel.seconds = since(start);
  return kernel;
}

std::string readFile(const fs::path &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string compileRuntime(const Halide::Target &target) {
  fs::path object = cacheFolder("kernels") / ("runtime." + std::to_string(getpid()) + ".o");
  Halide::compile_standalone_runtime(object.string(),
                                     target.without_feature(Halide::Target::NoRuntime));
  std::string bytes = readFile(object);
  fs::remove(object);
  return bytes;
}

Halide::Target kernelTarget() {
#ifdef NDEBUG
  return hostTarget(/*checked=*/false);
#else
  return hostTarget(/*checked=*/true);
#endif
}

std::vector<func::FuncOp> kernelsOf(ModuleOp module) {
  auto kernels = llvm::make_filter_range(module.getOps<func::FuncOp>(), [](func::FuncOp function) {
    return function->hasAttr("loup.kernel");
  });
  return {kernels.begin(), kernels.end()};
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
    text += textOf(kernel) + "\n" +
            compileKernel(kernel, kernelTarget(), {.statement = true}).statement + "\n";
  return text;
}

std::vector<EmittedKernel> emitKernels(ModuleOp module, int jobs, const KernelProgress &progress) {
  Halide::Target target = kernelTarget();
  std::string stamp = buildStamp(target);
  fs::path cache = cacheFolder("kernels");

  std::vector<func::FuncOp> kernels = kernelsOf(module);
  std::vector<std::string> texts;
  for (func::FuncOp kernel : kernels)
    texts.push_back(textOf(kernel));

  std::vector<EmittedKernel> emitted(kernels.size() + 1);
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  size_t done = 0;
  std::exception_ptr failure;
  auto work = [&] {
    for (size_t i; (i = next++) < emitted.size();) {
      try {
        bool isRuntime = i == kernels.size();
        std::string hash = contentHash({stamp, isRuntime ? "runtime" : texts[i]});
        emitted[i] = isRuntime ? obtain("runtime", cache / (hash + ".o"),
                                        [&] { return compileRuntime(target); })
                               : obtain(kernels[i].getSymName().str(), cache / (hash + ".o"),
                                        [&] { return compileKernel(kernels[i], target).object; });
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
  return emitted;
}

} // namespace loup
