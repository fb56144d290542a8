#include "ir/Stage.h"

#include "ir/LoupOps.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace loup {
namespace {

/// The functions of the model: neither kernels nor their declarations.
auto functionsOf(ModuleOp module) {
  return llvm::make_filter_range(module.getOps<func::FuncOp>(),
                                 [](func::FuncOp function) { return !isKernel(function); });
}

LogicalResult require(ModuleOp module, llvm::ArrayRef<llvm::StringRef> functions) {
  for (llvm::StringRef name : functions)
    if (!module.lookupSymbol<func::FuncOp>(name))
      return module.emitError("expected a function '") << name << "' at this stage";
  return success();
}

/// Every op of the model's functions is one that `allows` accepts.
LogicalResult verifyOps(ModuleOp module, llvm::function_ref<bool(Operation *)> allows) {
  for (func::FuncOp function : functionsOf(module)) {
    auto walk = function.getBody().walk([&](Operation *op) {
      if (allows(op))
        return WalkResult::advance();
      op->emitOpError("is not expected in '") << function.getSymName() << "' at this stage";
      return WalkResult::interrupt();
    });
    if (walk.wasInterrupted())
      return failure();
  }
  return success();
}

bool isForward(Operation *op) {
  return !isa<StoreGradientOp, CallOp>(op) && !op->getName().getStringRef().ends_with("gradient");
}

bool isPlaced(Operation *op) { return !isa<CallOp>(op) || op->hasAttr("loup.places"); }

LogicalResult verifyGradients(ModuleOp module) {
  auto train = module.lookupSymbol<func::FuncOp>("train");
  llvm::StringSet<> stored;
  for (auto store : train.getOps<StoreGradientOp>())
    stored.insert(store.getParameter());
  for (auto weight : train.getOps<WeightOp>())
    if (!stored.contains(weight.getParameter()))
      return weight.emitOpError("expected a stored gradient of '") << weight.getParameter() << "'";
  return success();
}

} // namespace

bool isKernel(func::FuncOp function) { return function->hasAttr("loup.kernel"); }

bool staysOutsideKernels(Operation *op) {
  return op->hasTrait<View>() || op->hasTrait<OpTrait::IsTerminator>() ||
         isa<WeightOp, DropoutKeyOp, ReadStateOp, WriteStateOp, StoreGradientOp, CallOp>(op);
}

LogicalResult verifyStage(ModuleOp module, Stage stage) {
  if (failed(require(module, {"train"})))
    return failure();
  if (stage == Stage::Model)
    return verifyOps(
        module, [](Operation *op) { return isForward(op) && !isa<ReadStateOp, WriteStateOp>(op); });
  if (failed(require(module, {"score", "prefill", "step"})))
    return failure();
  if (stage == Stage::Decoder)
    return verifyOps(module, isForward);
  if (failed(verifyGradients(module)))
    return failure();
  if (stage >= Stage::Outlined && failed(verifyOps(module, staysOutsideKernels)))
    return failure();
  return stage == Stage::Planned ? verifyOps(module, isPlaced) : success();
}

} // namespace loup
