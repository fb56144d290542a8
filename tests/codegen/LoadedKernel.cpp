#include "tests/codegen/LoadedKernel.h"

#include "tests/codegen/GuardedTensor.h"
#include "tests/codegen/ParsedKernel.h"
#include "tests/runtime/Subprocess.h"

#include "codegen/CompileKernel.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <dlfcn.h>

using namespace mlir;

namespace loup::test {
namespace {

const TemporaryDirectory &scratchFolder() {
  static const TemporaryDirectory folder;
  return folder;
}

/// What kernels need of Halide's runtime; the thread pool and the allocator are the test's own.
std::string runtimeObject() {
  static const std::string path = [] {
    std::string file = scratchFolder() / "halide_runtime.o";
    Halide::compile_standalone_runtime(file,
                                       hostTarget(true).without_feature(Halide::Target::NoRuntime));
    return file;
  }();
  return path;
}

/// C++ text of `call(void **)`, which passes the kernel its arguments.
std::string callerText(func::FuncOp kernel, const std::string &suffix) {
  std::string types, values;
  int i = 0;
  auto add = [&](Type type) {
    bool isScalar = axesOf(type).empty() && isInteger(type);
    std::string separator = i ? ", " : "";
    types += separator + (isScalar ? "int" : "void *");
    std::string slot = "a[" + std::to_string(i) + "]";
    values += separator + (isScalar ? "*static_cast<int *>(" + slot + ")" : slot);
    ++i;
  };
  for (Type type : kernel.getArgumentTypes())
    add(type);
  for (Type type : kernel.getResultTypes())
    add(type);
  std::string name = kernel.getSymName().str() + suffix;
  return "extern \"C\" int " + name + "(" + types + ");\n" +
         "extern \"C\" int call(void **a) { return " + name + "(" + values + "); }\n";
}

/// One call, with its arguments and results in memory.
class KernelCall {
public:
  KernelCall(func::FuncOp kernel, int (*call)(void **), const std::vector<Argument> &arguments,
             Sizes sizes, Border border)
      : call(call) {
    EXPECT_EQ(kernel.getNumArguments(), arguments.size());
    for (auto [type, argument] : llvm::zip_equal(kernel.getArgumentTypes(), arguments)) {
      if (auto *scalar = std::get_if<int32_t>(&argument)) {
        scalars.push_back(std::make_unique<int32_t>(*scalar));
        slots.push_back(scalars.back().get());
        continue;
      }
      auto &tensor = std::get<Tensor>(argument);
      for (auto [axis, extent] : llvm::zip_equal(namedAxes(type), tensor.shape))
        sizes[axis.name] = extent;
      add(tensor, type, border);
    }
    firstResult = buffers.size();
    for (Type type : kernel.getResultTypes()) {
      Tensor result;
      for (const Axis &axis : namedAxes(type))
        result.shape.push_back(axis.isDynamic() ? sizes.at(axis.name) : axis.size);
      add(result, type, border);
      results.push_back(result);
    }
  }

  int run() { return call(slots.data()); }

  std::vector<Tensor> takeResults() {
    for (size_t i = 0; i < results.size(); ++i)
      buffers[firstResult + i]->copyTo(results[i]);
    return results;
  }

private:
  void add(const Tensor &tensor, Type type, Border border) {
    buffers.push_back(std::make_unique<GuardedTensor>(tensor, isReal(type), border));
    slots.push_back(&buffers.back()->buffer);
  }

  int (*call)(void **);
  std::vector<std::unique_ptr<int32_t>> scalars;
  std::vector<std::unique_ptr<GuardedTensor>> buffers; // arguments, then results
  size_t firstResult = 0;
  std::vector<Tensor> results;
  std::vector<void *> slots;
};

} // namespace

struct LoadedKernel::Loaded {
  Loaded(const std::string &ir, Checks checks, const std::string &suffix);
  ~Loaded();

  ParsedKernel parsed;
  func::FuncOp kernel;
  void *library = nullptr;
  int (*call)(void **) = nullptr;
  double seconds = 0;
  size_t objectSize = 0;
};

LoadedKernel::Loaded::Loaded(const std::string &ir, Checks checks, const std::string &suffix)
    : parsed(ir), kernel(parsed.function()) {
  auto start = std::chrono::steady_clock::now();
  std::string object = compileKernel(kernel, hostTarget(checks == Checks::On));
  seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  objectSize = object.size();

  static int count = 0;
  std::string base = scratchFolder() / ("kernel" + std::to_string(count++));
  writeFile(base + ".o", object);
  writeFile(base + ".cpp", callerText(kernel, suffix));
  std::string command = std::string(LOUP_CXX) + " -shared -fPIC -o " + base + ".so " + base +
                        ".cpp " + base + ".o " + runtimeObject() + " -ldl -lpthread";
  if (std::system(command.c_str()) != 0)
    throw std::runtime_error("the kernel does not link: " + command);
  library = dlopen((base + ".so").c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    throw std::runtime_error(dlerror());
  call = reinterpret_cast<int (*)(void **)>(dlsym(library, "call"));
}

LoadedKernel::Loaded::~Loaded() {
  if (library)
    dlclose(library);
}

LoadedKernel::LoadedKernel(const std::string &ir, Checks checks, const std::string &suffix)
    : loaded(std::make_unique<Loaded>(ir, checks, suffix)) {}
LoadedKernel::~LoadedKernel() = default;

std::shared_ptr<const LoadedKernel> LoadedKernel::shared(const std::string &ir) {
  static std::map<std::string, std::shared_ptr<const LoadedKernel>> kernels;
  auto &kernel = kernels[ir];
  if (!kernel)
    kernel = std::make_shared<LoadedKernel>(ir);
  return kernel;
}

static std::vector<TensorType> describe(TypeRange types) {
  std::vector<TensorType> result;
  for (Type type : types) {
    result.push_back({isReal(type), {}});
    for (const Axis &axis : namedAxes(type))
      result.back().axes.emplace_back(axis.name, axis.isDynamic() ? 0 : axis.size);
  }
  return result;
}

std::vector<TensorType> LoadedKernel::argumentTypes() const {
  return describe(loaded->kernel.getArgumentTypes());
}

std::vector<TensorType> LoadedKernel::resultTypes() const {
  return describe(loaded->kernel.getResultTypes());
}

double LoadedKernel::seconds() const { return loaded->seconds; }
size_t LoadedKernel::objectSize() const { return loaded->objectSize; }

std::vector<Tensor> LoadedKernel::operator()(const std::vector<Argument> &arguments,
                                             const Sizes &sizes) const {
  std::vector<Tensor> results;
  for (Border border : {Border::Behind, Border::Before}) {
    KernelCall call(loaded->kernel, loaded->call, arguments, sizes, border);
    EXPECT_EQ(call.run(), 0);
    std::vector<Tensor> first = std::exchange(results, call.takeResults());
    for (size_t i = 0; i < first.size(); ++i) {
      EXPECT_EQ(results[i].integer, first[i].integer);
      EXPECT_EQ(0, std::memcmp(results[i].real.data(), first[i].real.data(),
                               results[i].real.size() * sizeof(float)));
    }
  }
  return results;
}

std::function<void()> LoadedKernel::prepare(const std::vector<Argument> &arguments,
                                            const Sizes &sizes) const {
  auto call =
      std::make_shared<KernelCall>(loaded->kernel, loaded->call, arguments, sizes, Border::Before);
  return [call] { call->run(); };
}

} // namespace loup::test
