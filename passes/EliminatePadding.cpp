#include "passes/Passes.h"

using namespace mlir;

namespace loup {
#define GEN_PASS_DEF_ELIMINATEPADDING
#include "passes/Passes.h.inc"

namespace {

constexpr llvm::StringLiteral batchAxis = "batch", boundaryAxis = "boundary";
constexpr llvm::StringLiteral sides[] = {"source", "target"};

bool isTimeAxis(llvm::StringRef axis) { return llvm::is_contained(sides, sideOf(axis)); }

/// The side whose positions `type` lies along, or nothing.
llvm::StringRef sideAlong(Type type) {
  for (StringAttr axis : axesOf(type))
    if (isTimeAxis(axis))
      return sideOf(axis);
  return {};
}

/// `[batch, source, width]` to `[source_token, width]`; `[source]` to `[source_token]`.
Type packed(Type type) {
  if (sideAlong(type).empty())
    return type;
  llvm::SmallVector<Axis> axes;
  for (Axis axis : namedAxes(type)) {
    if (axis.name == batchAxis)
      continue;
    if (isTimeAxis(axis.name)) {
      std::string tokens = tokenAxis(sideOf(axis.name));
      axis.name = isKeyAxis(axis.name) ? keyAxis(tokens) : tokens;
    }
    axes.push_back(axis);
  }
  return makeType(cast<ShapedType>(type).getElementType(), axes);
}

Value offsetsOf(func::FuncOp function, llvm::StringRef side) {
  return argumentOf(function, (side + "_offsets").str(),
                    integerType(function.getContext(), {{boundaryAxis.str()}}));
}

/// A function whose values lie along positions of sentences: `train`, `score` or `prefill`.
class PackedFunction {
public:
  explicit PackedFunction(func::FuncOp function)
      : function(function), block(function.getBody().front()) {}

  LogicalResult run() {
    for (BlockArgument argument : block.getArguments())
      argument.setType(packed(argument.getType()));
    for (Operation &op : block)
      if (failed(pack(&op)))
        return failure();
    eraseDeadOps(block);
    for (unsigned i = function.getNumArguments(); i-- > 0;)
      if (function.getArgument(i).use_empty())
        (void)function.eraseArgument(i);
    function.setType(FunctionType::get(function.getContext(), block.getArgumentTypes(),
                                       block.getTerminator()->getOperandTypes()));
    return success();
  }

private:
  LogicalResult pack(Operation *op) {
    for (Value result : op->getResults())
      if (llvm::count_if(axesOf(result), [](StringAttr axis) { return isTimeAxis(axis); }) > 1)
        return op->emitOpError("expected no pairs of positions outside of attention");
    if (isa<PositionsOp>(op)) // those who read it take the argument instead; attention counts
      return success();
    if (auto attention = dyn_cast<AttentionOp>(op)) {
      packAttention(attention);
      return success();
    }
    llvm::StringRef side = op->getNumResults() ? sideAlong(op->getResult(0).getType()) : "";
    for (OpOperand &operand : op->getOpOperands())
      operand.set(ofTokens(operand.get(), side));
    if (auto shift = dyn_cast<ShiftRightOp>(op)) {
      shift.getPositionsMutable().assign(perToken(side, "_positions"));
      shift.setAxis(tokenAxis(side));
    }
    if (auto loss = dyn_cast<CrossEntropyOp>(op)) {
      loss.getPositionsMutable().clear();
      loss.getLengthsMutable().clear();
    }
    for (Value result : op->getResults())
      result.setType(packed(result.getType()));
    return success();
  }

  /// Queries and keys go by their sentence, whose tokens are all real, or by their document.
  void packAttention(AttentionOp attention) {
    auto side = [](Value positions) { return sideOf(axesOf(positions).back()).str(); };
    attention.getLengthsMutable().clear();
    if (attention.getQueryDocuments()) {
      packDocuments(attention, axisOfOne(axesOf(attention.getQueries()).back()));
    } else {
      attention.getQueryOffsetsMutable().assign(offsetsOf(function, side(attention.getQueries())));
      attention.getKeyOffsetsMutable().assign(offsetsOf(function, side(attention.getKeys())));
    }
    for (Value result : attention->getResults())
      result.setType(packed(result.getType()));
  }

  void packDocuments(AttentionOp attention, const std::string &side) {
    MLIRContext *context = function.getContext();
    OpBuilder builder(attention);
    auto count = [&](const std::string &axis) {
      return PositionsOp::create(builder, attention.getLoc(), integerType(context, {{axis}}));
    };
    Value offsets = argumentOf(function, side + "_document_offsets",
                               integerType(context, {{"document_boundary"}}));
    attention.getQueryOffsetsMutable().assign(offsets);
    attention.getKeyOffsetsMutable().assign(offsets);
    attention.getQueryDocumentsMutable().clear();
    attention.getKeyDocumentsMutable().clear();
    attention.getQueriesMutable().assign(count(side));
    attention.getKeysMutable().assign(count(keyAxis(side)));
    if (attention.getExamples())
      attention.getExamplesMutable().assign(argumentOf(function, side + "_examples_of_documents",
                                                       integerType(context, {{"document"}})));
  }

  /// `value` as what lies along the tokens of `side` reads it.
  Value ofTokens(Value value, llvm::StringRef side) {
    if (value.getDefiningOp<PositionsOp>() && !sideAlong(value.getType()).empty())
      return perToken(sideAlong(value.getType()), "_positions");
    bool isExamples =
        !side.empty() && isa<BlockArgument>(value) &&
        argumentName(function, cast<BlockArgument>(value).getArgNumber()) == "examples";
    return isExamples ? perToken(side, "_examples") : value;
  }

  Value perToken(llvm::StringRef side, const char *what) {
    return argumentOf(function, (side + what).str(),
                      integerType(function.getContext(), {{tokenAxis(side)}}));
  }

  func::FuncOp function;
  Block &block;
};

/// `step` reads the keys of each hypothesis' sentence out of those of all sentences.
class PackedStep {
public:
  PackedStep(ModuleOp module, func::FuncOp step) : module(module), step(step) {}

  LogicalResult run() {
    for (auto state : module.getOps<StateOp>())
      if (hasAxis(state.getType(), batchAxis))
        state.setTypeAttr(TypeAttr::get(packed(state.getType())));
    for (auto read : llvm::make_early_inc_range(step.getOps<ReadStateOp>()))
      if (hasAxis(read.getType(), batchAxis) && failed(packReaders(read)))
        return failure();
    step.setType(FunctionType::get(step.getContext(), step.getArgumentTypes(),
                                   step.getBody().front().getTerminator()->getOperandTypes()));
    return success();
  }

private:
  LogicalResult packReaders(ReadStateOp read) {
    llvm::StringRef side = sideAlong(read.getType());
    std::string axis, along;
    for (auto [before, after] :
         llvm::zip(axesOf(read.getType()).drop_front(), axesOf(packed(read.getType()))))
      if (before != after)
        axis = before.str(), along = after.str();
    read.getResult().setType(cast<RankedTensorType>(packed(read.getType())));
    for (Operation *user : llvm::make_early_inc_range(read->getUsers())) {
      auto lookup = dyn_cast<LookupOp>(user);
      if (!lookup || lookup.getAlong() != batchAxis)
        return user->emitOpError("expected a lookup of a sentence's values");
      OpBuilder builder(lookup);
      Value all = RaggedLookupOp::create(builder, lookup.getLoc(), lookup.getType(), read,
                                         lookup.getIndices(), offsetsOf(step, side), along, axis);
      lookup.replaceAllUsesWith(all);
      lookup.erase();
    }
    return success();
  }

  ModuleOp module;
  func::FuncOp step;
};

struct EliminatePadding : impl::EliminatePaddingBase<EliminatePadding> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (llvm::StringRef name : {"train", "score", "prefill"})
      if (auto function = module.lookupSymbol<func::FuncOp>(name))
        if (failed(PackedFunction(function).run()))
          return signalPassFailure();
    if (auto step = module.lookupSymbol<func::FuncOp>("step"))
      if (failed(PackedStep(module, step).run()))
        return signalPassFailure();
  }
};

} // namespace
} // namespace loup
