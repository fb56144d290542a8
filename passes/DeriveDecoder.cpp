#include "passes/KeyGroups.h"
#include "passes/Passes.h"
#include "passes/SourceNeed.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/IR/IRMapping.h"

#include <map>

using namespace mlir;

namespace loup {
#define GEN_PASS_DEF_DERIVEDECODER
#include "passes/Passes.h.inc"

namespace {

constexpr llvm::StringLiteral batchAxis = "batch", targetAxis = "target",
                              hypothesisAxis = "hypothesis", slotAxis = "slot";

/// A function whose arguments are added as they are found to be needed.
class FunctionBuilder {
public:
  FunctionBuilder(OpBuilder &builder, Location loc, llvm::StringRef name)
      : function(func::FuncOp::create(builder, loc, name, builder.getFunctionType({}, {}))),
        body(OpBuilder::atBlockEnd(function.addEntryBlock())) {}

  OpBuilder &ops() { return body; }

  Value argument(llvm::StringRef name, Type type) { return argumentOf(function, name, type); }

  func::FuncOp finish(ValueRange results, llvm::ArrayRef<llvm::StringRef> names) {
    func::ReturnOp::create(body, function.getLoc(), results);
    function.setType(body.getFunctionType(function.getArgumentTypes(), results.getTypes()));
    for (auto [i, name] : llvm::enumerate(names))
      function.setResultAttr(i, "loup.name", body.getStringAttr(name));
    eraseDeadOps(function.getBody().front());
    return function;
  }

private:
  func::FuncOp function;
  OpBuilder body;
};

/// The cross entropy whose losses `function` returns.
CrossEntropyOp lossOf(func::FuncOp function) {
  return function.getBody().front().getTerminator()->getOperand(0).getDefiningOp<CrossEntropyOp>();
}

/// Clones `op` as inference has it: dropout passes its input on.
void cloneForInference(OpBuilder &builder, Operation *op, IRMapping &values) {
  if (isa<DropoutKeyOp>(op))
    return;
  if (auto dropout = dyn_cast<DropoutOp>(op)) {
    values.map(dropout.getResult(), values.lookup(dropout.getInput()));
    return;
  }
  Operation *copy = builder.clone(*op, values);
  if (auto attention = dyn_cast<AttentionOp>(copy)) {
    attention.setRate(llvm::APFloat(0.0f));
    attention.getDropoutKeyMutable().clear();
    attention.getExamplesMutable().clear();
  }
}

/// `train` without dropout and label smoothing.
func::FuncOp deriveScore(OpBuilder &builder, func::FuncOp train) {
  FunctionBuilder function(builder, train.getLoc(), "score");
  IRMapping values;
  for (BlockArgument argument : train.getArguments()) {
    llvm::StringRef name = argumentName(train, argument.getArgNumber());
    if (name != "examples" && name != "dropout_key")
      values.map(argument, function.argument(name, argument.getType()));
  }
  for (Operation &op : train.getBody().front().without_terminator())
    cloneForInference(function.ops(), &op, values);
  Value losses = values.lookup(lossOf(train).getLosses());
  losses.getDefiningOp<CrossEntropyOp>().setSmoothing(llvm::APFloat(0.0f));
  return function.finish(losses, {"losses"});
}

/// `prefill` and `step` from `score`.
class DecoderDerivation {
public:
  explicit DecoderDerivation(OpBuilder &builder, func::FuncOp score)
      : score(score), builder(builder), groups(score.getBody().front()),
        prefill(builder, score.getLoc(), "prefill"), step(builder, score.getLoc(), "step") {}

  LogicalResult derive() {
    declareStepArguments();
    Value logits = lossOf(score).getLogits();
    llvm::SetVector<Operation *> slice;
    BackwardSliceOptions options;
    options.inclusive = true;
    options.omitBlockArguments = true;
    if (failed(getBackwardSlice(logits, &slice, options)))
      return score.emitOpError("expected straight-line code");
    for (Operation &op : score.getBody().front())
      if (slice.contains(&op) && failed(emit(&op)))
        return failure();

    prefill.finish({}, {});
    Value last = inStep.lookup(logits);
    Value best = LogSoftmaxOp::create(step.ops(), named("log_probabilities", context()),
                                      last.getType(), last);
    func::FuncOp finished = step.finish(best, {"log_probabilities"});
    for (BlockArgument argument : score.getArguments())
      if (nameOfArgument(argument) == "source")
        noteSourceNeed(logits, argument, finished);
    return success();
  }

private:
  void declareStepArguments() {
    auto perHypothesis = integerType(context(), {{hypothesisAxis.str()}});
    token = step.argument("token", perHypothesis);
    position = step.argument("position", integerType(context(), {}));
    sentence = step.argument("sentence", perHypothesis);
    ancestor = step.argument(
        "ancestor", integerType(context(), {{hypothesisAxis.str()}, {keyAxis(targetAxis)}}));
  }

  static bool alongTarget(Value value) {
    return hasAxis(value.getType(), targetAxis) || hasAxis(value.getType(), keyAxis(targetAxis));
  }

  LogicalResult emit(Operation *op) {
    if (llvm::any_of(op->getResults(), alongTarget))
      return emitStep(op);
    if (llvm::any_of(op->getOperands(), [&](Value v) { return inStep.contains(v); }))
      return op->emitOpError("expected what is computed from the target to keep its positions");
    for (Value operand : op->getOperands())
      if (!inPrefill.contains(operand))
        inPrefill.map(operand, prefill.argument(nameOfArgument(cast<BlockArgument>(operand)),
                                                operand.getType()));
    prefill.ops().clone(*op, inPrefill);
    return success();
  }

  /// One position of the result, for each hypothesis.
  LogicalResult emitStep(Operation *op) {
    OpBuilder &ops = step.ops();
    if (auto shift = dyn_cast<ShiftRightOp>(op)) {
      inStep.map(shift.getResult(), token);
      return success();
    }
    if (auto positions = dyn_cast<PositionsOp>(op); positions && isTargetOnly(positions)) {
      inStep.map(positions.getResult(), position);
      return success();
    }
    if (auto rename = dyn_cast<RenameOp>(op)) {
      inStep.map(rename.getResult(), cache(rename));
      return success();
    }
    std::optional<KeptKeys> kept = groups.keptOf(op);
    for (Value operand : op->getOperands())
      if (isKeyPositions(operand)) {
        inStep.map(operand, keyPositions(kept)); // other ones for each cache
      } else if (!inStep.contains(operand)) {
        FailureOr<Value> found = fromOutside(op, operand);
        if (failed(found))
          return failure();
        inStep.map(operand, *found);
      }
    for (Value result : ops.clone(*op, inStep)->getResults())
      result.setType(stepType(result.getType(), kept));
    if (isKeyPositions(op->getResult(0)))
      allKeyPositions = inStep.lookup(op->getResult(0));
    return success();
  }

  static bool isKeyPositions(Value value) {
    return value.getDefiningOp<PositionsOp>() && hasAxis(value.getType(), keyAxis(targetAxis));
  }

  /// The axis of a cache's rows: all positions so far, or those that are kept.
  static Axis cacheAxis(const std::optional<KeptKeys> &kept) {
    if (!kept)
      return {keyAxis(targetAxis)};
    int64_t rows = kept->first + kept->last;
    return {keyAxis("kept_" + std::to_string(rows)), rows};
  }

  /// The positions of a cache's rows.
  Value keyPositions(const std::optional<KeptKeys> &kept) {
    if (!kept)
      return allKeyPositions;
    Value &positions = keyPositionsOf[{kept->first, kept->last}];
    if (!positions)
      positions = KeptPositionsOp::create(step.ops(), named("cache.positions", context()),
                                          integerType(context(), {cacheAxis(kept)}), position,
                                          kept->first, kept->last);
    return positions;
  }

  /// Which slot each hypothesis' ancestors had at these positions.
  Value slots(Value positions) {
    llvm::SmallVector<Axis> axes = namedAxes(ancestor.getType());
    axes.back() = namedAxes(positions.getType()).front();
    Value &slots = slotsOf[positions];
    if (!slots)
      slots =
          LookupOp::create(step.ops(), named("cache.slots", context()),
                           integerType(context(), axes), ancestor, positions, keyAxis(targetAxis));
    return slots;
  }

  static bool isTargetOnly(PositionsOp positions) {
    return hasAxis(positions.getType(), targetAxis);
  }

  /// The type of one position: no `target`, hypotheses for sentences, and a cache's keys.
  Type stepType(Type type, const std::optional<KeptKeys> &kept) {
    llvm::SmallVector<Axis> axes;
    for (Axis axis : namedAxes(type)) {
      if (axis.name == targetAxis)
        continue;
      if (axis.name == batchAxis)
        axis.name = hypothesisAxis;
      if (axis.name == keyAxis(targetAxis))
        axis = cacheAxis(kept);
      axes.push_back(axis);
    }
    return makeType(cast<ShapedType>(type).getElementType(), axes);
  }

  /// What becomes a key is remembered, and all keys so far, or those that a query may still see,
  /// are read through the ancestors.
  Value cache(RenameOp rename) {
    OpBuilder &ops = step.ops();
    Location loc = rename.getLoc();
    std::optional<KeptKeys> kept = groups.keptOf(rename);
    Value value = inStep.lookup(rename.getInput());
    llvm::SmallVector<Axis> axes = namedAxes(value.getType());
    for (Axis &axis : axes)
      if (axis.name == hypothesisAxis)
        axis.name = slotAxis; // where a hypothesis of some step left its value
    axes.insert(axes.begin(), cacheAxis(kept));
    auto all = makeType(cast<ShapedType>(value.getType()).getElementType(), axes);
    std::string name = nameOf(rename.getResult());
    declareState(loc, name, all, kept);
    WriteStateOp::create(ops, loc, value, name, position);
    Value state = ReadStateOp::create(ops, loc, all, name);
    Value rows = kept ? slots(keyPositions(kept)) : ancestor;
    return LookupOp::create(ops, loc, stepType(rename.getType(), kept), state, rows, slotAxis);
  }

  /// A value that has no target axis, as a step sees it: a weight or a position is made again, the
  /// rest was computed by prefill and is looked up for each hypothesis' sentence.
  FailureOr<Value> fromOutside(Operation *user, Value value) {
    OpBuilder &ops = step.ops();
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      llvm::StringRef name = nameOfArgument(argument);
      if (name == "target_lengths") // every token so far is real
        return step.argument("target_lengths", integerType(context(), {}));
      if (name == "source_lengths" || name == "source_prefix")
        return lookupSentence(value, step.argument(name, value.getType()));
      return user->emitOpError("expected decoding not to need argument '") << name << "'";
    }
    Operation *made = value.getDefiningOp();
    if (isa<WeightOp, PositionsOp>(made))
      return ops.clone(*made)->getResult(0);
    if (!hasAxis(value.getType(), batchAxis))
      return user->emitOpError("expected what prefill computes to belong to a sentence");
    std::string name = nameOf(value);
    declareState(value.getLoc(), name, value.getType());
    WriteStateOp::create(prefill.ops(), value.getLoc(), inPrefill.lookup(value), name, Value());
    Value state = ReadStateOp::create(ops, value.getLoc(), value.getType(), name);
    return lookupSentence(value, state);
  }

  Value lookupSentence(Value value, Value table) {
    return LookupOp::create(step.ops(), value.getLoc(), lookupType(value.getType()), table,
                            sentence, batchAxis);
  }

  /// `batch`, wherever it lies, gives way to a first axis `hypothesis`.
  Type lookupType(Type type) {
    llvm::SmallVector<Axis> axes{{hypothesisAxis.str()}};
    for (const Axis &axis : namedAxes(type))
      if (axis.name != batchAxis)
        axes.push_back(axis);
    return makeType(cast<ShapedType>(type).getElementType(), axes);
  }

  void declareState(Location loc, const std::string &name, Type type,
                    const std::optional<KeptKeys> &kept = std::nullopt) {
    OpBuilder declarations(score);
    auto number = [&](int64_t KeptKeys::*rows) {
      return kept ? declarations.getI64IntegerAttr((*kept).*rows) : IntegerAttr();
    };
    StateOp::create(declarations, loc, declarations.getStringAttr(name), TypeAttr::get(type),
                    number(&KeptKeys::first), number(&KeptKeys::last));
  }

  MLIRContext *context() { return builder.getContext(); }

  llvm::StringRef nameOfArgument(BlockArgument argument) {
    return argumentName(score, argument.getArgNumber());
  }

  func::FuncOp score;
  OpBuilder &builder;
  KeyGroups groups;
  FunctionBuilder prefill, step;
  Value allKeyPositions;
  std::map<std::pair<int64_t, int64_t>, Value> keyPositionsOf; // by the rows that are kept
  llvm::DenseMap<Value, Value> slotsOf;                        // by their positions
  IRMapping inPrefill, inStep;
  Value token, position, sentence, ancestor;
};

struct DeriveDecoder : impl::DeriveDecoderBase<DeriveDecoder> {
  void runOnOperation() override {
    auto train = getOperation().lookupSymbol<func::FuncOp>("train");
    if (!train)
      return;
    if (!lossOf(train)) {
      train.emitOpError("expected a function that returns the losses of cross_entropy");
      return signalPassFailure();
    }
    OpBuilder builder = OpBuilder::atBlockEnd(train->getBlock());
    func::FuncOp score = deriveScore(builder, train);
    if (failed(DecoderDerivation(builder, score).derive()))
      signalPassFailure();
  }
};

} // namespace
} // namespace loup
