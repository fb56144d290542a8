#include "passes/MemoryPlanner.h"
#include "passes/Passes.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"

#include <map>

using namespace mlir;

namespace loup {
#define GEN_PASS_DEF_PLANMEMORY
#include "passes/Passes.h.inc"

namespace {

/// How much memory a value needs: `bytes` for each unit of the product of its dynamic axes.
struct Size {
  std::string unit; // "batch * target", "1"
  int64_t bytes = 4;
};

Size sizeOf(Type type) {
  Size size;
  llvm::SmallVector<std::string> factors;
  for (const Axis &axis : namedAxes(type))
    if (axis.isDynamic())
      factors.push_back(sideOf(axis.name).str());
    else
      size.bytes *= axis.size;
  llvm::sort(factors);
  size.unit = factors.empty() ? "1" : llvm::join(factors, " * ");
  return size;
}

class FunctionPlan {
public:
  explicit FunctionPlan(func::FuncOp function)
      : function(function), builder(function.getContext()) {}

  LogicalResult run() {
    int64_t time = 0;
    for (Operation &op : function.getBody().front())
      if (failed(visit(&op, time++)))
        return failure();
    placeInArenas();
    for (auto &[call, places] : placesOf) {
      llvm::SmallVector<Attribute> attributes(places.begin(), places.end());
      call->setAttr("loup.places", builder.getArrayAttr(attributes));
    }
    return success();
  }

private:
  /// The kernel's result whose memory `value` is, seen through views; null for weights, states and
  /// arguments, which have memory of their own.
  static OpResult root(Value value) {
    while (Operation *made = value.getDefiningOp()) {
      if (isa<CallOp>(made))
        return cast<OpResult>(value);
      if (!made->hasTrait<View>())
        break;
      value = made->getOperand(0);
    }
    return {};
  }

  struct Lifetime {
    int64_t begin = 0, end = 0;
  };

  LogicalResult visit(Operation *op, int64_t time) {
    for (Value operand : op->getOperands())
      if (OpResult result = root(operand))
        lifetimes[result].end = time;
    if (auto call = dyn_cast<CallOp>(op)) {
      placesOf[op].resize(op->getNumResults());
      for (OpResult result : op->getResults()) {
        lifetimes[result] = {time, time};
        made.push_back(result);
      }
    }
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
    OpResult result = root(value);
    if (!result || placesOf[result.getOwner()][result.getResultNumber()])
      return user->emitOpError("expected a value that a kernel makes for this place alone");
    placesOf[result.getOwner()][result.getResultNumber()] = place;
    return success();
  }

  void placeInArenas() {
    std::map<std::string, MemoryPlanner> arenas;
    llvm::SmallVector<std::pair<OpResult, size_t>> blocks;
    for (OpResult result : made) {
      if (placesOf[result.getOwner()][result.getResultNumber()])
        continue;
      Size size = sizeOf(result.getType());
      Lifetime life = lifetimes[result];
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
  llvm::DenseMap<OpResult, Lifetime> lifetimes;
  llvm::SmallVector<OpResult> made;
};

struct PlanMemory : impl::PlanMemoryBase<PlanMemory> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function->hasAttr("loup.kernel") && failed(FunctionPlan(function).run()))
        return signalPassFailure();
  }
};

} // namespace
} // namespace loup
