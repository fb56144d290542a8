#include "passes/Passes.h"

#include "ir/masks/MaskBounds.h"

using namespace mlir;

namespace loup {
#define GEN_PASS_DEF_SPECIALISEMASK
#include "passes/Passes.h.inc"

namespace {

/// Positions in a block: what the widest vectors hold, one in each lane.
constexpr int64_t blockSize = 16;

/// How queries are cut into blocks.
struct Cut {
  Blocks blocks;
  int64_t queries;
};

/// Whether keys have what the queries have: they are the same tokens.
bool isSame(Value ofKeys, Value ofQueries) {
  auto rename = ofKeys.getDefiningOp<RenameOp>();
  return rename && rename.getInput() == ofQueries;
}

/// Only where positions count from 0 does a block say which ones it holds, and only among the same
/// tokens which rows hold its documents. A step of decoding has one query, anywhere.
template <class Op> std::optional<Cut> cutOf(Op attention) {
  Value queries = attention.getQueries(), keys = attention.getKeys();
  if (Value documents = attention.getQueryDocuments()) {
    if (isSame(keys, queries) && isSame(attention.getKeyDocuments(), documents))
      return Cut{Blocks::OfRows, blockSize};
    return std::nullopt;
  }
  if (!keys.getDefiningOp<PositionsOp>())
    return std::nullopt;
  if (axesOf(queries).empty())
    return Cut{Blocks::OfPositions, 1};
  if (queries.getDefiningOp<PositionsOp>())
    return Cut{Blocks::OfPositions, blockSize};
  return std::nullopt;
}

struct SpecialiseMask : impl::SpecialiseMaskBase<SpecialiseMask> {
  void runOnOperation() override {
    getOperation().walk([](AttentionOp attention) {
      if (auto cut = cutOf(attention))
        attention.setKeyBoundsAttr(
            BoundsAttr::onKeys(attention.getMask(), cut->queries, cut->blocks));
    });
    getOperation().walk([](AttentionGradientOp gradient) {
      if (auto cut = cutOf(gradient)) {
        MaskAttr mask = gradient.getMask();
        gradient.setKeyBoundsAttr(BoundsAttr::onKeys(mask, cut->queries, cut->blocks));
        gradient.setQueryBoundsAttr(BoundsAttr::onQueries(mask, blockSize, cut->blocks));
      }
    });
  }
};

} // namespace
} // namespace loup
