#include "passes/Passes.h"

using namespace mlir;

namespace loup {
#define GEN_PASS_DEF_FUSEMASK
#include "passes/Passes.h.inc"

namespace {

/// The ops of one attention as a textbook writes it, from the weighted sum up.
struct Textbook {
  ProductOp scores;
  MaskOp mask;
  DropoutOp dropout; // null where there is none
  Value query, key, value;
};

/// The only user of a value may look through it.
template <class Op> Op onlyUsedHere(Value value) {
  return value.hasOneUse() ? value.getDefiningOp<Op>() : Op();
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
    found.scores = added ? onlyUsedHere<ProductOp>(added.getScores()) : ProductOp();
    found.mask = added ? added.getMask().getDefiningOp<MaskOp>() : MaskOp();
    if (!found.scores || !found.mask || sum.getScale().convertToFloat() != 1)
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
      found.scores.getScaleAttr(), rate, key, examples, Value(), Value(), BoundsAttr());
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
