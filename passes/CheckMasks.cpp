#include "passes/Passes.h"

#include "ir/masks/MaskExpression.h"
#include "ir/masks/MaskProof.h"

#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace loup {
#define GEN_PASS_DEF_CHECKMASKS
#include "passes/Passes.h.inc"

namespace {

MaskSet setOf(MaskAttr mask) { return MaskExpression::parse(mask.getWords()).allowed(); }

/// The axes along which tokens lie: those of no fixed size, the batch's aside.
llvm::SmallVector<StringRef> sequenceAxes(Value value) {
  llvm::SmallVector<StringRef> axes;
  for (auto [name, size] :
       llvm::zip_equal(axesOf(value), cast<ShapedType>(value.getType()).getShape()))
    if (ShapedType::isDynamic(size) && name != "batch")
      axes.push_back(name);
  return axes;
}

/// Which places of an operand one place of the result reads: all of them where the op does not say.
Dependence reach(Operation *op, unsigned operand, Value result) {
  static const MaskSet same = MaskExpression::parse("k == q").allowed();
  auto results = sequenceAxes(result), operands = sequenceAxes(op->getOperand(operand));
  Dependence reach = Dependence::all(results.size(), operands.size());
  auto sequence = dyn_cast<SequenceOp>(op);
  if (!sequence)
    return reach;
  for (auto [q, resultAxis] : llvm::enumerate(results))
    for (auto [k, operandAxis] : llvm::enumerate(operands))
      if (MaskAttr mask = sequence.getReach(operand, resultAxis, operandAxis))
        reach = reach.where(q, k, setOf(mask), sideOf(operandAxis));
      else if (resultAxis == operandAxis)
        reach = reach.where(q, k, same, sideOf(operandAxis));
  return reach;
}

/// How `value` depends on `tokens`, both of one function; none where it does not.
std::optional<Dependence> dependence(Value value, Value tokens) {
  llvm::DenseMap<Value, Dependence> known;
  known.try_emplace(tokens, Dependence::identity());
  for (Operation &op : *tokens.getParentBlock()) {
    for (Value result : op.getResults())
      for (auto [i, operand] : llvm::enumerate(op.getOperands()))
        if (auto through = known.find(operand); through != known.end()) {
          Dependence part = reach(&op, i, result).compose(through->second);
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

/// The attention a mask belongs to, for messages: "decoder.layers.0.self_attn: ".
std::string attentionOf(MaskOp mask) {
  auto name = dyn_cast<NameLoc>(mask.getLoc());
  if (!name)
    return "";
  StringRef attention = name.getName();
  attention.consume_back(".mask");
  return (attention + ": ").str();
}

/// The mask's words as a side of `&`.
std::string inBrackets(MaskOp mask) {
  std::string words = mask.getMask().getWords().str();
  return words.find('|') == words.npos ? words : "(" + words + ")";
}

struct Mask {
  MaskOp op;
  MaskSet allowed;
  StringRef querySide, keySide;

  KeySide keys() const { return querySide == keySide ? KeySide::Own : KeySide::Other; }
};

struct CheckMasks : impl::CheckMasksBase<CheckMasks> {
  void runOnOperation() override {
    getOperation().walk([&](func::FuncOp function) {
      std::vector<Mask> masks = distinctMasks(function);
      for (const Mask &mask : masks)
        checkRows(mask);
      function.walk([&](CrossEntropyOp loss) { checkSight(loss, masks); });
    });
  }

  /// The layers of one table share a mask: it is judged once, in the first of them.
  std::vector<Mask> distinctMasks(func::FuncOp function) {
    llvm::DenseSet<std::tuple<Attribute, Attribute, Type>> seen;
    std::vector<Mask> masks;
    function.walk([&](MaskOp op) {
      LocationAttr place = op.getLoc();
      if (auto name = dyn_cast<NameLoc>(place))
        place = name.getChildLoc();
      if (!seen.insert({place, op.getMaskAttr(), op.getType()}).second)
        return;
      StringRef queries = axesOf(op.getQueries()).back(), keys = axesOf(op.getKeys()).back();
      masks.push_back({op, setOf(op.getMaskAttr()), sideOf(queries), sideOf(keys)});
    });
    return masks;
  }

  void checkRows(const Mask &mask) {
    MaskOp op = mask.op;
    if (hidesEverything(mask.allowed, mask.keys()))
      return fail(emitError(op.getLoc())
                  << attentionOf(op) << "the mask hides every key from every query");
    if (auto row = findEmptyRow(mask.allowed, mask.keys()))
      return fail(emitError(op.getLoc())
                  << attentionOf(op) << row->describe() << "; let each see one, as in \""
                  << op.getMask().getWords() << " | "
                  << (mask.keys() == KeySide::Own ? "k == q" : "sink(1)") << "\"");
    if (hidesNothing(mask.allowed, mask.keys()))
      emitWarning(op.getLoc()) << attentionOf(op)
                               << "the mask hides nothing: every query sees every key, padding "
                                  "included";
    else if (auto padding = findSeenPadding(mask.allowed, mask.keys()))
      emitWarning(op.getLoc()) << attentionOf(op) << padding->describe() << "; write \"padding & "
                               << inBrackets(op) << "\"";
  }

  /// What predicts a token must depend on earlier tokens only, through the whole model.
  void checkSight(CrossEntropyOp loss, ArrayRef<Mask> masks) {
    std::optional<Dependence> seen = dependence(loss.getLogits(), loss.getLabels());
    if (!seen)
      return;
    std::string side = sideOf(sequenceAxes(loss.getLabels()).front()).str();
    auto token = findLaterToken(*seen, side, Sight::BeforeItself);
    if (!token)
      return;
    bool isBlamed = false;
    for (const Mask &mask : masks)
      if (mask.querySide == side && mask.keySide == side)
        if (auto later =
                findLaterToken(Dependence::mask(mask.allowed, side), side, Sight::UpToItself)) {
          MaskOp op = mask.op;
          fail(emitError(op.getLoc()) << attentionOf(op) << later->describe()
                                      << "; write \"causal & " << inBrackets(op) << "\"");
          isBlamed = true;
        }
    if (isBlamed)
      return;
    auto error = emitError(loss.getLoc()) << "what predicts the token at " << token->describe();
    if (token->key == token->query)
      error << "; shift the " << side << " to the right before it is read";
    signalPassFailure();
  }

  void fail(const InFlightDiagnostic &) { signalPassFailure(); }
};

} // namespace
} // namespace loup
