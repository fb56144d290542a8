#include "ir/LoupOps.h"
#include "ir/masks/MaskBounds.h"
#include "ir/masks/MaskSet.h"

using namespace mlir;

namespace loup {

/// Only where positions count from 0 does a block say which ones it holds. A step of decoding has
/// one query, anywhere.
template <class Op> static std::optional<Blocks> blocksOf(Op op) {
  if (op.getQueryDocuments())
    return Blocks::OfRows;
  auto isCounted = [](Value positions) {
    return positions.getDefiningOp<PositionsOp>() != nullptr;
  };
  Value queries = op.getQueries();
  if (isCounted(op.getKeys()) && (isCounted(queries) || axesOf(queries).empty()))
    return Blocks::OfPositions;
  return std::nullopt;
}

std::optional<Blocks> AttentionOp::getBlocks() { return blocksOf(*this); }
std::optional<Blocks> AttentionGradientOp::getBlocks() { return blocksOf(*this); }

/// Bounds are the mask's.
template <class Op>
static LogicalResult verifyBounds(Op op, BoundsAttr bounds,
                                  BoundsAttr (*derive)(MaskAttr, int64_t, Blocks)) {
  if (!bounds)
    return success();
  auto blocks = op.getBlocks();
  if (!blocks)
    return op.emitOpError("expected no bounds where positions are data");
  if (bounds.getSize() < 1)
    return op.emitOpError("expected blocks of at least one position, got ") << bounds.getSize();
  BoundsAttr expected = derive(op.getMask(), bounds.getSize(), *blocks);
  if (bounds != expected)
    return op.emitOpError("expected the mask's bounds ") << expected << ", got " << bounds;
  return success();
}

/// The data are given exactly where the mask's words speak of them; documents that attention goes
/// by as sequences of their own are in the offsets.
template <class Op> static LogicalResult verifyData(Op op, bool goesBySequence = false) {
  bool hasDocuments = static_cast<bool>(op.getQueryDocuments());
  if (hasDocuments != static_cast<bool>(op.getKeyDocuments()))
    return op.emitOpError("expected documents of queries and keys");
  if (hasDocuments && (op.getLengths() || goesBySequence || !op.getMask().isWithinDocuments()))
    return op.emitOpError("expected documents only where the mask holds within each, without "
                          "lengths and offsets");
  MaskSet allowed = op.getMask().allowed();
  for (auto [name, column, value] :
       {std::tuple("prefix", MaskCondition::Prefix, Value(op.getPrefix())),
        {"present", MaskCondition::Present, Value(op.getPresent())}})
    if (allowed.dependsOn(column) != static_cast<bool>(value))
      return op.emitOpError("expected '") << name << "' exactly where the mask speaks of it, got \""
                                          << op.getMask().getWords() << "\"";
  return success();
}

LogicalResult MaskOp::verify() {
  for (Value operand : getOperands())
    for (StringAttr axis : axesOf(operand))
      if (!hasAxis(getType(), axis))
        return emitOpError("expected a result along ") << axis << ", as what it is made of";
  return verifyData(*this);
}

llvm::SmallVector<Value> AddMaskOp::buildGradients(OpBuilder &, ValueRange gradients) {
  // Softmax's gradient by a hidden score is zero already: its result there is.
  return {gradients[0], Value()};
}

/// A table [bucket, head] is given exactly where buckets are.
template <class Op> static LogicalResult verifyTerm(Op op) {
  if (op.getAlibi() && op.getBuckets())
    return op.emitOpError("expected alibi or buckets, got both");
  if (!op.getTable() && !op.getBuckets())
    return success();
  StringAttr head = axesOf(op.getQuery()).drop_back().back();
  auto axes = op.getTable() ? namedAxes(op.getTable().getType()) : llvm::SmallVector<Axis>();
  if (op.getBuckets() && axes.size() == 2 && axes[0].size == op.getBuckets()->getCount() &&
      axes[1].name == head)
    return success();
  return op.emitOpError("expected a table of as many rows as buckets for each head, got ")
         << (op.getTable() ? op.getTable().getType() : Type());
}

LogicalResult AttentionOp::verify() {
  auto query = axesOf(getQuery()), key = axesOf(getKey());
  if (query.size() < 3 || key.size() < 3 || query.take_back(2) != key.take_back(2))
    return emitOpError("expected query and key to end in the same head axes, got ")
           << getQuery().getType() << " and " << getKey().getType();
  if (axesOf(getLogSum()) != query.drop_back())
    return emitOpError("expected log_sum along the query's axes but the last, got ")
           << getLogSum().getType();
  if (static_cast<bool>(getQueryOffsets()) != static_cast<bool>(getKeyOffsets()) ||
      (getQueryOffsets() && getLengths()))
    return emitOpError("expected offsets of queries and keys, and then no lengths");
  if (static_cast<bool>(getDropoutKey()) != getRate().isNonZero())
    return emitOpError("expected a dropout key exactly where the rate is not zero");
  if (failed(verifyData(*this, static_cast<bool>(getQueryOffsets()))) || failed(verifyTerm(*this)))
    return failure();
  return verifyBounds(*this, getKeyBoundsAttr(), BoundsAttr::onKeys);
}

LogicalResult AttentionGradientOp::verify() {
  if (static_cast<bool>(getTable()) != static_cast<bool>(getBucketGradient()))
    return emitOpError("expected a gradient of the table exactly where there is one");
  if (failed(verifyData(*this, static_cast<bool>(getQueryOffsets()))) || failed(verifyTerm(*this)))
    return failure();
  if (failed(verifyBounds(*this, getKeyBoundsAttr(), BoundsAttr::onKeys)))
    return failure();
  return verifyBounds(*this, getQueryBoundsAttr(), BoundsAttr::onQueries);
}

llvm::SmallVector<Value> AttentionOp::buildGradients(OpBuilder &builder, ValueRange gradients) {
  Type byBucket;
  if (getTable()) {
    auto axes = namedAxes(getLogSum().getType());
    axes.push_back(namedAxes(getTable().getType()).front());
    byBucket = realType(getContext(), axes);
  }
  auto backward = AttentionGradientOp::create(
      builder, getLoc(), getQuery().getType(), getKey().getType(), getValue().getType(), byBucket,
      getQuery(), getKey(), getValue(), getOutput(), getLogSum(), gradients[0], getMask(),
      getQueries(), getKeys(), getLengths(), getPrefix(), getPresent(), getQueryDocuments(),
      getKeyDocuments(), getAlibiAttr(), getBucketsAttr(), getTable(), getScaleAttr(),
      getRateAttr(), getDropoutKey(), getExamples(), getQueryOffsets(), getKeyOffsets(),
      BoundsAttr(), BoundsAttr());
  llvm::SmallVector<Value> result(getNumOperands());
  llvm::copy(backward.getResults().take_front(3), result.begin());
  if (Value table = getTable())
    result[getTableMutable().begin()->getOperandNumber()] =
        SumOp::create(builder, getLoc(), table.getType(), backward.getBucketGradient());
  return result;
}

template <class Op> static auto raggedOf(Op op) {
  llvm::SmallVector<std::pair<StringAttr, Value>> ragged;
  if (op.getQueryOffsets())
    ragged = {{axesOf(op.getQuery()).front(), op.getQueryOffsets()},
              {axesOf(op.getKey()).front(), op.getKeyOffsets()}};
  return ragged;
}

template <class Op> static void dropOffsets(Op op) {
  op.getQueryOffsetsMutable().clear();
  op.getKeyOffsetsMutable().clear();
}

llvm::SmallVector<std::pair<StringAttr, Value>> AttentionOp::getRagged() { return raggedOf(*this); }
void AttentionOp::clearRagged() { dropOffsets(*this); }

llvm::SmallVector<std::pair<StringAttr, Value>> AttentionGradientOp::getRagged() {
  return raggedOf(*this);
}
void AttentionGradientOp::clearRagged() { dropOffsets(*this); }

MaskAttr AttentionOp::getReach(unsigned operand, llvm::StringRef resultAxis,
                               llvm::StringRef operandAxis) {
  bool isOfKeys = operand == 1 || operand == 2 || getOperand(operand) == getPresent();
  bool overMask =
      hasAxis(getQueries().getType(), resultAxis) && hasAxis(getKeys().getType(), operandAxis);
  return isOfKeys && overMask ? getMaskAttr() : MaskAttr();
}

} // namespace loup
