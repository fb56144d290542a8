#include "passes/Passes.h"

using namespace mlir;

namespace loup {
#define GEN_PASS_DEF_FUSEMASK
#include "passes/Passes.h.inc"

namespace {

/// What is added to scores beside the mask.
struct Term {
  UnitAttr alibi;
  BucketsAttr buckets;
  Value table; // of the buckets
};

/// The ops of one attention as a textbook writes it, from the weighted sum up.
struct Textbook {
  ProductOp scores;
  Term term;
  MaskOp mask;
  DropoutOp dropout; // null where there is none
  Value query, key, value;
};

/// The only user of a value may look through it.
template <class Op> Op onlyUsedHere(Value value) {
  return value.hasOneUse() ? value.getDefiningOp<Op>() : Op();
}

/// Whether `positions` are as far apart as those that the mask compares: they are the same, or
/// those of the whole row where the mask's count from the start of each document.
bool isAsFarApart(Value positions, Value ofMask, bool isWithinDocuments) {
  if (!isWithinDocuments)
    return positions == ofMask;
  return positions.getDefiningOp<PositionsOp>() &&
         axesOf(positions).back() == axesOf(ofMask).back();
}

/// `added` as a term that attention can make itself. It goes by distances alone.
std::optional<Term> matchTerm(Value added, MaskOp mask) {
  bool isWithinDocuments = static_cast<bool>(mask.getQueryDocuments());
  auto ofThese = [&](auto op) {
    return op && isAsFarApart(op.getQueries(), mask.getQueries(), isWithinDocuments) &&
           isAsFarApart(op.getKeys(), mask.getKeys(), isWithinDocuments);
  };
  Term term;
  if (ofThese(added.getDefiningOp<AlibiOp>())) {
    term.alibi = UnitAttr::get(added.getContext());
    return term;
  }
  auto lookup = added.getDefiningOp<LookupOp>();
  auto bucket = lookup ? lookup.getIndices().getDefiningOp<RelativeBucketOp>() : nullptr;
  if (!ofThese(bucket))
    return std::nullopt;
  term.buckets = bucket.getBuckets();
  term.table = lookup.getTable();
  return term;
}

/// Finds the product that makes the scores, and what was added to it.
bool matchScores(Value scores, Textbook &found) {
  if (auto sum = onlyUsedHere<AddOp>(scores)) {
    auto term = matchTerm(sum.getRight(), found.mask);
    if (!term)
      return false;
    found.term = *term;
    scores = sum.getLeft();
  }
  found.scores = onlyUsedHere<ProductOp>(scores);
  return static_cast<bool>(found.scores);
}

/// Whether the weights' dropout draws by example, head, query and key, as attention does.
bool drawsByPair(DropoutOp dropout, MaskOp mask) {
  OperandRange at = dropout.getCoordinates();
  return at.size() == 4 && at[1].getDefiningOp<PositionsOp>() && at[2] == mask.getQueries() &&
         at[3] == mask.getKeys();
}

std::optional<Textbook> matchTextbook(ProductOp sum) {
  for (auto [weights, value] :
       {std::pair(sum.getLeft(), sum.getRight()), std::pair(sum.getRight(), sum.getLeft())}) {
    Textbook found;
    Value inner = weights;
    if ((found.dropout = onlyUsedHere<DropoutOp>(inner)))
      inner = found.dropout.getInput();
    auto softmax = onlyUsedHere<SoftmaxOp>(inner);
    auto added = softmax ? onlyUsedHere<AddMaskOp>(softmax.getInput()) : AddMaskOp();
    found.mask = added ? added.getMask().getDefiningOp<MaskOp>() : MaskOp();
    if (!found.mask || !matchScores(added.getScores(), found) ||
        (found.dropout && !drawsByPair(found.dropout, found.mask)) ||
        sum.getScale().convertToFloat() != 1)
      continue;
    found.value = value;
    found.query = found.scores.getLeft();
    found.key = found.scores.getRight();
    if (found.key.getType() != value.getType())
      std::swap(found.query, found.key);
    if (found.key.getType() == value.getType() && found.query.getType() == sum.getType())
      return found;
  }
  return std::nullopt;
}

void fuse(ProductOp sum, Textbook found) {
  OpBuilder builder(sum);
  auto logSum = namedAxes(sum.getType());
  logSum.pop_back();
  FloatAttr rate = builder.getF32FloatAttr(0);
  Value key, examples;
  if (DropoutOp dropout = found.dropout) {
    rate = dropout.getRateAttr();
    key = dropout.getKey();
    examples = dropout.getCoordinates().front();
  }
  auto attention = AttentionOp::create(
      builder, sum.getLoc(), sum.getType(), realType(sum.getContext(), logSum), found.query,
      found.key, found.value, found.mask.getMaskAttr(), found.mask.getQueries(),
      found.mask.getKeys(), found.mask.getLengths(), found.mask.getPrefix(),
      found.mask.getPresent(), found.mask.getQueryDocuments(), found.mask.getKeyDocuments(),
      found.term.alibi, found.term.buckets, found.term.table, found.scores.getScaleAttr(), rate,
      key, examples, Value(), Value(), BoundsAttr());
  sum.replaceAllUsesWith(attention.getOutput());
}

struct FuseMask : impl::FuseMaskBase<FuseMask> {
  void runOnOperation() override {
    getOperation().walk([](func::FuncOp function) {
      function.walk([](ProductOp sum) {
        if (auto found = matchTextbook(sum))
          fuse(sum, *found);
      });
      eraseDeadOps(function.getBody().front());
    });
  }
};

} // namespace
} // namespace loup
