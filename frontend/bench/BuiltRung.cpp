#include "frontend/bench/BuiltRung.h"

#include "codegen/EmitDriver.h"
#include "codegen/TemporaryFolder.h"
#include "frontend/DescribeSpec.h"
#include "frontend/bench/PlannedBytes.h"
#include "ir/LoupOps.h"
#include "runtime/Errors.h"
#include "runtime/InitialWeights.h"

#include <dlfcn.h>

using namespace mlir;

namespace loup {
namespace {

bool isOfPairs(Type type) {
  auto axes = axesOf(type);
  return llvm::any_of(axes, [](StringAttr axis) { return isKeyAxis(axis); }) &&
         llvm::any_of(axes, [](StringAttr axis) { return axis == "source" || axis == "target"; });
}

/// Whether a call works on pairs of queries and keys, be they values of the program or not.
bool worksOnPairs(CallOp call) {
  if (llvm::any_of(call.getInputs().getTypes(), isOfPairs) ||
      llvm::any_of(call.getResultTypes(), isOfPairs))
    return true;
  auto isAttention = [](Operation *op) {
    return isa<AttentionOp, AttentionGradientOp>(op) ? WalkResult::interrupt()
                                                     : WalkResult::advance();
  };
  return kernelOf(call).walk(isAttention).wasInterrupted();
}

} // namespace

BuiltRung::BuiltRung(const std::string &name, Compilation &compilation, const Compiler &compiler,
                     const std::vector<AttentionKind> &attentions, int threads)
    : schedule(name), module(compilation.textbook()) {
  compilation.runPasses(*module, schedule);
  markParts(attentions);
  auto kernels = compilation.compileKernels(*module, 0, schedule + ": ");
  compilation.progress.show(schedule + ": driver");
  open(makeDescription(compilation.spec()), kernels, compiler, threads);
}

void BuiltRung::markParts(const std::vector<AttentionKind> &attentions) {
  std::map<std::string, size_t> kindOf;
  for (auto [i, kind] : llvm::enumerate(attentions)) {
    for (const std::string &name : kind.names)
      kindOf[name] = i;
    sharing.insert(sharing.end(), 2, std::ssize(kind.names));
  }
  function("train").walk([&](CallOp call) {
    auto location = dyn_cast<NameLoc>(call.getLoc());
    if (!location || !worksOnPairs(call))
      return;
    // "decoder.layers.0.self_attn.scores", and ".gradient" of that.
    llvm::StringRef name = location.getName();
    for (const auto &[attention, kind] : kindOf)
      if (name.starts_with(attention + "."))
        call->setAttr("loup.part", IntegerAttr::get(IntegerType::get(call.getContext(), 64),
                                                    partOf(kind, name.ends_with(".gradient"))));
  });
}

void BuiltRung::open(const Description &description, const std::vector<EmittedKernel> &kernels,
                     const Compiler &compiler, int threads) {
  TemporaryFolder folder;
  std::string library = (folder / "model.so").string();
  buildLibrary(emitDriver(*module, description), kernels, compiler, library);
  // Never closed: its threads live as long as the process.
  void *handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  auto function =
      handle ? reinterpret_cast<OpenMeasuredModel>(dlsym(handle, "loup_open")) : nullptr;
  if (!function)
    throw InternalError(std::string("a library that was just made can be opened: ") + dlerror());
  MeasuredModel measured = function(threads);
  opened.reset(measured.model);
  times = measured.times;
  initializeWeights(*opened, /*seed=*/1);
}

func::FuncOp BuiltRung::function(const char *name) const {
  return module.get().lookupSymbol<func::FuncOp>(name);
}

std::vector<double> BuiltRung::partSeconds() {
  std::vector<double> seconds = times->take();
  seconds.resize(sharing.size());
  for (size_t part = 0; part < seconds.size(); ++part)
    seconds[part] /= static_cast<double>(sharing[part]);
  return seconds;
}

int64_t BuiltRung::trainingBytes(const Batch &batch) const {
  int64_t weights = opened->weights().size_bytes();
  return 2 * weights + arenaBytes(function("train"), sizesOf(batch));
}

int64_t BuiltRung::decodingBytes(const Ragged &source, int32_t steps) const {
  AxisSizes sizes = sizesOfDecoding(source, steps);
  int64_t weights = opened->weights().size_bytes();
  int64_t states = stateBytes(module.get(), sizes);
  return weights + states +
         std::max(arenaBytes(function("prefill"), sizes), arenaBytes(function("step"), sizes));
}

int64_t BuiltRung::trainingMaskBytes(const Batch &batch) const {
  return maskBytes(function("train"), sizesOf(batch));
}

int64_t BuiltRung::decodingMaskBytes(const Ragged &source, int32_t steps) const {
  AxisSizes sizes = sizesOfDecoding(source, steps);
  return maskBytes(function("prefill"), sizes) + maskBytes(function("step"), sizes);
}

/// Sums `count` of the results of the part's calls.
template <class Count> int64_t BuiltRung::perAttention(size_t part, Count count) const {
  int64_t sum = 0;
  function("train").walk([&](CallOp call) {
    auto mark = call->getAttrOfType<IntegerAttr>("loup.part");
    if (mark && mark.getInt() == static_cast<int64_t>(part))
      for (OpResult result : call.getResults())
        sum += count(result);
  });
  return sum / sharing[part];
}

int64_t BuiltRung::partBytes(size_t part, const Batch &batch) const {
  AxisSizes sizes = sizesOf(batch);
  return perAttention(part, [&](OpResult result) { return bytesOf(result.getType(), sizes); });
}

int64_t BuiltRung::partMaskBytes(size_t part, const Batch &batch) const {
  AxisSizes sizes = sizesOf(batch);
  return perAttention(part, [&](OpResult result) -> int64_t {
    bool isMask = makesMask(kernelOf(result.getOwner()), result.getResultNumber());
    return isMask ? bytesOf(result.getType(), sizes) : 0;
  });
}

bool BuiltRung::isDense() const {
  return llvm::none_of(function("train").getArgumentTypes(),
                       [](Type type) { return hasAxis(type, "boundary"); });
}

} // namespace loup
