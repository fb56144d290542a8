#include "passes/KeyGroups.h"

#include "ir/LoupOps.h"
#include "passes/TokenDependence.h"

#include "mlir/IR/BuiltinOps.h"

using namespace mlir;

namespace loup {

static constexpr llvm::StringLiteral queryAxis = "target";

static bool isAlongKeys(Value value) {
  return hasAxis(value.getType(), keyAxis(queryAxis)) && !value.getDefiningOp<PositionsOp>();
}

/// What `op`, which sums over the keys of `operand`, lets be forgotten of them.
static std::optional<KeptKeys> keptFor(Operation *op, unsigned operand) {
  auto sequence = dyn_cast<SequenceOp>(op);
  MaskAttr mask = sequence ? sequence.getReach(operand, queryAxis, keyAxis(queryAxis)) : MaskAttr();
  return mask ? keptKeys(mask.allowed()) : std::nullopt;
}

KeyGroups::KeyGroups(Block &block) {
  auto module = block.getParentOp()->getParentOfType<ModuleOp>();
  if (auto length = module->getAttrOfType<IntegerAttr>("loup.length"))
    longest = length.getInt();
  for (Operation &op : block)
    if (Value one = keysOf(&op))
      for (ValueRange values : {ValueRange(op.getOperands()), ValueRange(op.getResults())})
        for (Value value : values)
          if (isAlongKeys(value))
            groups.unionSets(one, value);

  for (Operation &op : block) {
    if (llvm::any_of(op.getResults(), isAlongKeys))
      continue;
    for (auto [i, operand] : llvm::enumerate(op.getOperands())) {
      // Weights of pairs are those of a mask already.
      if (!isAlongKeys(operand) || hasAxis(operand.getType(), queryAxis))
        continue;
      std::optional<KeptKeys> keys = keptFor(&op, i);
      auto [known, isFirst] = kept.try_emplace(groups.getLeaderValue(operand), keys);
      if (!isFirst && known->second)
        known->second = keys ? std::optional(keys->unite(*known->second)) : std::nullopt;
    }
  }
}

Value KeyGroups::keysOf(Operation *op) {
  for (ValueRange values : {ValueRange(op->getResults()), ValueRange(op->getOperands())})
    for (Value value : values)
      if (isAlongKeys(value))
        return value;
  return {};
}

std::optional<KeptKeys> KeyGroups::keptOf(Operation *op) const {
  Value keys = keysOf(op);
  std::optional<KeptKeys> some = keys ? kept.lookup(groups.getLeaderValue(keys)) : std::nullopt;
  bool isAll = some && longest && some->first + some->last >= *longest;
  return isAll ? std::nullopt : some;
}

} // namespace loup
