#include "frontend/bench/PlannedBytes.h"

#include "frontend/bench/Workload.h"
#include "ir/LoupOps.h"
#include "runtime/Errors.h"

using namespace mlir;

namespace loup {
namespace {

void addSide(AxisSizes &sizes, const std::string &side, const Ragged &sequences) {
  sizes[side] = longest(sequences);
  sizes[tokenAxis(side)] = std::ssize(sequences.tokens);
}

int64_t sizeOf(llvm::StringRef axis, const AxisSizes &sizes) {
  auto found = sizes.find(sideOf(axis).str());
  if (found == sizes.end())
    throw InternalError("the sizes of all dynamic axes are known, got " + axis.str());
  return found->second;
}

} // namespace

AxisSizes sizesOf(const Batch &batch) {
  AxisSizes sizes{{"batch", batch.source.count()}, {"boundary", batch.source.count() + 1}};
  addSide(sizes, "source", batch.source);
  addSide(sizes, "target", batch.target);
  return sizes;
}

AxisSizes sizesOfDecoding(const Ragged &source, int32_t steps) {
  AxisSizes sizes{{"batch", source.count()},
                  {"boundary", source.count() + 1},
                  {"hypothesis", source.count()},
                  {"slot", source.count()},
                  {"target", steps}};
  addSide(sizes, "source", source);
  return sizes;
}

int64_t bytesOf(Type type, const AxisSizes &sizes) {
  int64_t bytes = 4;
  for (const Axis &axis : namedAxes(type))
    bytes *= axis.isDynamic() ? sizeOf(axis.name, sizes) : axis.size;
  return bytes;
}

int64_t arenaBytes(func::FuncOp function, const AxisSizes &sizes) {
  auto arenas = function->getAttrOfType<DictionaryAttr>("loup.arenas");
  int64_t sum = 0;
  for (NamedAttribute arena : arenas ? arenas.getValue() : llvm::ArrayRef<NamedAttribute>()) {
    int64_t bytes = cast<IntegerAttr>(arena.getValue()).getInt();
    llvm::SmallVector<llvm::StringRef> axes;
    arena.getName().getValue().split(axes, " * ");
    for (llvm::StringRef axis : axes)
      bytes *= axis == "1" ? 1 : sizeOf(axis, sizes);
    sum += bytes;
  }
  return sum;
}

int64_t stateBytes(ModuleOp module, const AxisSizes &sizes) {
  int64_t sum = 0;
  for (auto state : module.getOps<StateOp>())
    sum += bytesOf(state.getType(), sizes);
  return sum;
}

int64_t maskBytes(func::FuncOp function, const AxisSizes &sizes) {
  int64_t sum = 0;
  function.walk([&](CallOp call) {
    for (OpResult result : call.getResults())
      if (makesMask(kernelOf(call), result.getResultNumber()))
        sum += bytesOf(result.getType(), sizes);
  });
  return sum;
}

func::FuncOp kernelOf(Operation *call) {
  auto kernel =
      call->getParentOfType<ModuleOp>().lookupSymbol<func::FuncOp>(cast<CallOp>(call).getKernel());
  if (!kernel)
    throw InternalError("a call names a kernel of the module");
  return kernel;
}

bool makesMask(func::FuncOp kernel, unsigned i) {
  return isa_and_nonnull<MaskOp>(
      kernel.getBody().front().getTerminator()->getOperand(i).getDefiningOp());
}

} // namespace loup
