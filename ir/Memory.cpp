#include "ir/Memory.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace loup {

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

OpResult memoryOf(Value value) {
  while (Operation *made = value.getDefiningOp()) {
    if (isa<CallOp>(made))
      return cast<OpResult>(value);
    if (!made->hasTrait<View>())
      break;
    value = made->getOperand(0);
  }
  return {};
}

llvm::MapVector<OpResult, Lifetime> lifetimesIn(func::FuncOp function) {
  llvm::MapVector<OpResult, Lifetime> lifetimes;
  int64_t number = 0;
  for (auto call : function.getOps<CallOp>()) {
    for (Value operand : call->getOperands())
      if (OpResult read = memoryOf(operand))
        lifetimes[read].end = number;
    for (OpResult result : call->getResults())
      lifetimes[result] = {number, number};
    ++number;
  }
  return lifetimes;
}

} // namespace loup
