#include "tests/codegen/LoadedKernel.h"

#include "codegen/CompileKernel.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;

namespace loup::test {
namespace {

/// "i[batch, time:128]" -> "tensor<?x128xi32, #loup.axes<batch, time>>"
std::string expandTypes(const std::string &ir) {
  static const std::regex shorthand(R"((i?)\[([a-z_:0-9, ]*)\])");
  static const std::regex axis(R"(([a-z_]+)(?::([0-9]+))?)");
  std::string result;
  std::sregex_iterator it(ir.begin(), ir.end(), shorthand), end;
  auto rest = ir.begin();
  for (; it != end; ++it) {
    result.append(rest, ir.begin() + it->position());
    rest = ir.begin() + it->position() + it->length();
    std::string list = (*it)[2].str(), sizes, names;
    bool isInteger = (*it)[1].length() > 0;
    for (std::sregex_iterator a(list.begin(), list.end(), axis); a != end; ++a) {
      sizes += ((*a)[2].matched ? (*a)[2].str() : "?") + "x";
      names += (names.empty() ? "" : ", ") + (*a)[1].str();
    }
    result += "tensor<" + sizes + (isInteger ? "i32" : "f32") + ", #loup.axes<" + names + ">>";
  }
  result.append(rest, ir.end());
  return result;
}

std::filesystem::path scratchFolder() {
  static const struct Folder {
    std::filesystem::path path;
    Folder() {
      std::string name = (std::filesystem::temp_directory_path() / "loup-test-XXXXXX").string();
      path = mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
  } folder;
  return folder.path;
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
std::string callerText(func::FuncOp kernel) {
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
  std::string name = kernel.getSymName().str();
  return "extern \"C\" int " + name + "(" + types + ");\n" +
         "extern \"C\" int call(void **a) { return " + name + "(" + values + "); }\n";
}

/// Memory for one buffer that touches a forbidden page at one end.
class GuardedMemory {
public:
  GuardedMemory(size_t bytes, bool pageBehind) {
    size_t page = sysconf(_SC_PAGESIZE);
    size_t inner = (bytes + page - 1) / page * page;
    length = inner + 2 * page;
    base = static_cast<char *>(
        mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(base, page, PROT_NONE);
    mprotect(base + page + inner, page, PROT_NONE);
    data = base + page + (pageBehind ? inner - bytes : 0);
  }
  ~GuardedMemory() { munmap(base, length); }
  GuardedMemory(const GuardedMemory &) = delete;

  char *data;

private:
  char *base;
  size_t length;
};

/// A tensor as kernels see it.
class GuardedTensor {
public:
  GuardedTensor(const Tensor &tensor, bool isReal, bool pageBehind)
      : memory(tensor.size() * 4, pageBehind), dims(tensor.shape.size()) {
    int32_t stride = 1;
    for (size_t i = 0; i < dims.size(); ++i) {
      int32_t extent = static_cast<int32_t>(tensor.shape[dims.size() - 1 - i]);
      dims[i] = halide_dimension_t(0, extent, stride);
      stride *= extent;
    }
    buffer.host = reinterpret_cast<uint8_t *>(memory.data);
    buffer.type = halide_type_t(isReal ? halide_type_float : halide_type_int, 32);
    buffer.dimensions = static_cast<int32_t>(dims.size());
    buffer.dim = dims.data();
  }

  GuardedMemory memory;
  std::vector<halide_dimension_t> dims;
  halide_buffer_t buffer = {};
};

} // namespace

enum class Border { Behind, Before };

struct LoadedKernel::Loaded {
  explicit Loaded(const std::string &ir);
  ~Loaded();

  std::vector<Tensor> run(const std::vector<Argument> &arguments, const Sizes &sizes,
                          Border border);

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  func::FuncOp kernel;
  void *library = nullptr;
  int (*call)(void **) = nullptr;
  double seconds = 0;
  size_t objectSize = 0;
};

LoadedKernel::Loaded::Loaded(const std::string &ir) {
  context.loadDialect<LoupDialect, func::FuncDialect>();
  std::string text = expandTypes(ir);
  module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    throw std::invalid_argument("the test's kernel does not parse:\n" + text);
  kernel = *module->getOps<func::FuncOp>().begin();
  kernel->setAttr("loup.kernel", UnitAttr::get(&context));

  auto start = std::chrono::steady_clock::now();
  CompiledKernel compiled = compileKernel(kernel, hostTarget(true));
  seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  objectSize = compiled.object.size();

  static int count = 0;
  std::string base = scratchFolder() / ("kernel" + std::to_string(count++));
  std::ofstream(base + ".o", std::ios::binary) << compiled.object;
  std::ofstream(base + ".cpp") << callerText(kernel);
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

std::vector<Tensor> LoadedKernel::Loaded::run(const std::vector<Argument> &arguments,
                                              const Sizes &sizes, Border border) {
  bool pageBehind = border == Border::Behind;
  std::vector<std::unique_ptr<GuardedTensor>> buffers;
  std::vector<void *> slots;
  for (const Argument &argument : arguments) {
    if (auto *scalar = std::get_if<int32_t>(&argument)) {
      slots.push_back(const_cast<int32_t *>(scalar));
      continue;
    }
    auto &tensor = std::get<Tensor>(argument);
    bool isReal = tensor.integer.empty();
    buffers.push_back(std::make_unique<GuardedTensor>(tensor, isReal, pageBehind));
    std::memcpy(buffers.back()->memory.data,
                isReal ? static_cast<const void *>(tensor.real.data()) : tensor.integer.data(),
                tensor.size() * 4);
    slots.push_back(&buffers.back()->buffer);
  }
  std::vector<Tensor> results;
  size_t firstResult = buffers.size();
  for (Type type : kernel.getResultTypes()) {
    Tensor result;
    for (const Axis &axis : namedAxes(type))
      result.shape.push_back(axis.isDynamic() ? sizes.at(axis.name) : axis.size);
    buffers.push_back(std::make_unique<GuardedTensor>(result, isReal(type), pageBehind));
    std::memset(buffers.back()->memory.data, 0xff, result.size() * 4); // NaN, or -1
    slots.push_back(&buffers.back()->buffer);
    results.push_back(result);
  }
  EXPECT_EQ(call(slots.data()), 0);
  for (size_t i = 0; i < results.size(); ++i) {
    const GuardedTensor &buffer = *buffers[firstResult + i];
    Tensor &result = results[i];
    auto copy = [&](auto &values) {
      values.resize(result.size());
      std::memcpy(values.data(), buffer.memory.data, result.size() * 4);
    };
    if (buffer.buffer.type.code == halide_type_float)
      copy(result.real);
    else
      copy(result.integer);
  }
  return results;
}

LoadedKernel::LoadedKernel(const std::string &ir) : loaded(std::make_unique<Loaded>(ir)) {}
LoadedKernel::~LoadedKernel() = default;

double LoadedKernel::seconds() const { return loaded->seconds; }
size_t LoadedKernel::objectSize() const { return loaded->objectSize; }

std::vector<Tensor> LoadedKernel::operator()(const std::vector<Argument> &arguments,
                                             Sizes sizes) const {
  auto types = loaded->kernel.getArgumentTypes();
  EXPECT_EQ(types.size(), arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i)
    if (auto *tensor = std::get_if<Tensor>(&arguments[i]))
      for (auto [axis, extent] : llvm::zip_equal(namedAxes(types[i]), tensor->shape))
        sizes[axis.name] = extent;
  std::vector<Tensor> results = loaded->run(arguments, sizes, Border::Behind);
  std::vector<Tensor> again = loaded->run(arguments, sizes, Border::Before);
  for (size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].integer, again[i].integer);
    EXPECT_EQ(0, std::memcmp(results[i].real.data(), again[i].real.data(),
                             results[i].real.size() * sizeof(float)));
  }
  return results;
}

} // namespace loup::test
