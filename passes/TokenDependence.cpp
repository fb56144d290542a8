#include "passes/TokenDependence.h"

#include "ir/LoupOps.h"
#include "ir/masks/MaskExpression.h"

#include "mlir/IR/Block.h"

using namespace mlir;

namespace loup {

llvm::SmallVector<StringRef> sequenceAxes(Value value) {
  llvm::SmallVector<StringRef> axes;
  for (auto [name, size] :
       llvm::zip_equal(axesOf(value), cast<ShapedType>(value.getType()).getShape()))
    if (ShapedType::isDynamic(size) && name != "batch")
      axes.push_back(name);
  return axes;
}

namespace {

/// Dependences as they are, or by residue classes where the masks share a modulus.
struct WholeDependences {
  using Relation = Dependence;
  Relation all(size_t results, size_t operands) const { return Dependence::all(results, operands); }
  Relation identity() const { return Dependence::identity(); }
  size_t steps(const Relation &, const Relation &) const { return 1; }
};

struct ClassDependences {
  using Relation = ClassDependence;
  int64_t modulus;
  Relation all(size_t results, size_t operands) const {
    return ClassDependence::all(modulus, results, operands);
  }
  Relation identity() const { return ClassDependence::identity(modulus); }
  size_t steps(const Relation &a, const Relation &b) const {
    return a.classes().size() + a.stepsToCompose(b);
  }
};

/// Which places of an operand one place of the result reads: all of them where the op does not say,
/// and nothing where each reads its own.
template <typename Kind>
std::optional<typename Kind::Relation> reach(const Kind &kind, Operation *op, unsigned operand,
                                             Value result) {
  static const MaskSet same = MaskExpression::parse("k == q").allowed();
  auto results = sequenceAxes(result), operands = sequenceAxes(op->getOperand(operand));
  auto sequence = dyn_cast<SequenceOp>(op);
  if (!sequence)
    return kind.all(results.size(), operands.size());
  auto maskOf = [&](StringRef resultAxis, StringRef operandAxis) {
    return sequence.getReach(operand, resultAxis, operandAxis);
  };
  bool isIdentity = results == operands;
  for (StringRef resultAxis : results)
    for (StringRef operandAxis : operands)
      isIdentity = isIdentity && !maskOf(resultAxis, operandAxis);
  if (isIdentity)
    return std::nullopt;
  auto reach = kind.all(results.size(), operands.size());
  for (auto [q, resultAxis] : llvm::enumerate(results))
    for (auto [k, operandAxis] : llvm::enumerate(operands))
      if (MaskAttr mask = maskOf(resultAxis, operandAxis))
        reach = reach.where(q, k, mask.allowed(), sideOf(operandAxis));
      else if (resultAxis == operandAxis)
        reach = reach.where(q, k, same, sideOf(operandAxis));
  return reach;
}

/// How `value` depends on `tokens`, both of one function; none where it does not, or where finding
/// out takes more than so many steps.
template <typename Kind>
std::optional<typename Kind::Relation> dependence(const Kind &kind, Value value, Value tokens,
                                                  size_t mostSteps) {
  llvm::DenseMap<Value, typename Kind::Relation> known;
  known.try_emplace(tokens, kind.identity());
  size_t steps = 0;
  for (Operation &op : *tokens.getParentBlock()) {
    for (Value result : op.getResults())
      for (auto [i, operand] : llvm::enumerate(op.getOperands())) {
        auto through = known.find(operand);
        if (through == known.end())
          continue;
        auto part = through->second;
        if (auto some = reach(kind, &op, i, result)) {
          if ((steps += kind.steps(*some, part)) > mostSteps)
            return std::nullopt;
          part = some->compose(part);
        }
        auto [sum, isFirst] = known.try_emplace(result, part);
        if (!isFirst)
          sum->second = sum->second.unite(part);
      }
    if (&op == value.getDefiningOp())
      break;
  }
  auto found = known.find(value);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

} // namespace

std::optional<Dependence> dependenceOn(Value value, Value tokens) {
  constexpr size_t anySteps = ~size_t(0);
  return dependence(WholeDependences(), value, tokens, anySteps);
}

std::optional<ClassDependence> dependenceOn(Value value, Value tokens, int64_t modulus,
                                            size_t mostSteps) {
  return dependence(ClassDependences{modulus}, value, tokens, mostSteps);
}

} // namespace loup
