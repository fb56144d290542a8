#include "ir/Memory.h"
#include "ir/Stage.h"
#include "passes/MemoryPlanner.h"
#include "passes/Passes.h"

#include <map>

using namespace mlir;

namespace loup {
#define GEN_PASS_DEF_PLANMEMORY
#include "passes/Passes.h.inc"

namespace {

class FunctionPlan {
public:
  explicit FunctionPlan(func::FuncOp function)
      : function(function), builder(function.getContext()) {}

  LogicalResult run() {
    for (Operation &op : function.getBody().front())
      if (failed(visit(&op)))
        return failure();
    placeInArenas();
    for (auto &[call, places] : placesOf) {
      llvm::SmallVector<Attribute> attributes(places.begin(), places.end());
      call->setAttr("loup.places", builder.getArrayAttr(attributes));
    }
    return success();
  }

private:
  LogicalResult visit(Operation *op) {
    if (isa<CallOp>(op))
      placesOf[op].resize(op->getNumResults());
    if (auto store = dyn_cast<StoreGradientOp>(op))
      return fix(op, store.getGradient(), place("gradient", store.getParameter(), store.getRow()));
    if (auto write = dyn_cast<WriteStateOp>(op))
      return fix(op, write.getValue(), place("state", write.getState(), 0));
    if (isa<func::ReturnOp>(op))
      for (auto [i, value] : llvm::enumerate(op->getOperands())) {
        auto name = function.getResultAttrOfType<StringAttr>(i, "loup.name");
        if (failed(fix(op, value, place("result", name ? name.getValue() : "result", 0))))
          return failure();
      }
    return success();
  }

  PlaceAttr place(llvm::StringRef kind, llvm::StringRef name, int64_t offset) {
    return PlaceAttr::get(builder.getContext(), kind, name, offset);
  }

  /// `value` is made in the place where `user` wants it.
  LogicalResult fix(Operation *user, Value value, PlaceAttr place) {
    OpResult result = memoryOf(value);
    if (!result || placesOf[result.getOwner()][result.getResultNumber()])
      return user->emitOpError("expected a value that a kernel makes for this place alone");
    placesOf[result.getOwner()][result.getResultNumber()] = place;
    return success();
  }

  void placeInArenas() {
    std::map<std::string, MemoryPlanner> arenas;
    llvm::SmallVector<std::pair<OpResult, size_t>> blocks;
    for (auto [result, life] : lifetimesIn(function)) {
      if (placesOf[result.getOwner()][result.getResultNumber()])
        continue;
      Size size = sizeOf(result.getType());
      blocks.push_back({result, arenas[size.unit].add(size.bytes, life.begin, life.end)});
    }
    llvm::SmallVector<NamedAttribute> totals;
    for (auto &[unit, planner] : arenas) {
      planner.plan();
      totals.push_back(builder.getNamedAttr(unit, builder.getI64IntegerAttr(planner.total())));
    }
    for (auto [result, block] : blocks) {
      std::string unit = sizeOf(result.getType()).unit;
      placesOf[result.getOwner()][result.getResultNumber()] =
          place("arena", unit, arenas[unit].offset(block));
    }
    function->setAttr("loup.arenas", builder.getDictionaryAttr(totals));
  }

  func::FuncOp function;
  Builder builder;
  llvm::MapVector<Operation *, llvm::SmallVector<PlaceAttr>> placesOf;
};

struct PlanMemory : impl::PlanMemoryBase<PlanMemory> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!isKernel(function) && failed(FunctionPlan(function).run()))
        return signalPassFailure();
  }
};

} // namespace
} // namespace loup
