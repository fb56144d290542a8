#include "passes/Passes.h"

#include "ir/masks/MaskBounds.h"

using namespace mlir;

namespace loup {
#define GEN_PASS_DEF_SPECIALISEMASK
#include "passes/Passes.h.inc"

namespace {

/// Positions in a block: what the widest vectors hold, one in each lane.
constexpr int64_t blockSize = 16;

/// Whether keys have what the queries have: they are the same tokens.
bool isSame(Value ofKeys, Value ofQueries) {
  auto rename = ofKeys.getDefiningOp<RenameOp>();
  return rename && rename.getInput() == ofQueries;
}

/// Only among the same tokens does a block of rows say which others hold its documents.
template <class Op> std::optional<Blocks> blocksOf(Op attention) {
  auto blocks = attention.getBlocks();
  if (blocks == Blocks::OfRows &&
      !(isSame(attention.getKeys(), attention.getQueries()) &&
        isSame(attention.getKeyDocuments(), attention.getQueryDocuments())))
    return std::nullopt;
  return blocks;
}

struct SpecialiseMask : impl::SpecialiseMaskBase<SpecialiseMask> {
  void runOnOperation() override {
    getOperation().walk([](AttentionOp attention) {
      bool isStep = axesOf(attention.getQueries()).empty(); // of decoding: it has one query
      if (auto blocks = blocksOf(attention))
        attention.setKeyBoundsAttr(
            BoundsAttr::onKeys(attention.getMask(), isStep ? 1 : blockSize, *blocks));
    });
    getOperation().walk([](AttentionGradientOp gradient) {
      if (auto blocks = blocksOf(gradient)) {
        MaskAttr mask = gradient.getMask();
        gradient.setKeyBoundsAttr(BoundsAttr::onKeys(mask, blockSize, *blocks));
        gradient.setQueryBoundsAttr(BoundsAttr::onQueries(mask, blockSize, *blocks));
      }
    });
  }
};

} // namespace
} // namespace loup
