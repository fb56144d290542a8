#include "passes/Passes.h"

using namespace mlir;

namespace loup {
#define GEN_PASS_DEF_SPECIALISEMASK
#include "passes/Passes.h.inc"

namespace {

/// Positions in a block: what the widest vectors hold, one in each lane.
constexpr int64_t blockSize = 16;

/// Only where positions count from 0 does a block say which ones it holds. A step of decoding has
/// one query, anywhere.
template <class Op> std::optional<int64_t> queriesInBlock(Op attention) {
  if (!attention.getKeys().template getDefiningOp<PositionsOp>())
    return std::nullopt;
  if (axesOf(attention.getQueries()).empty())
    return 1;
  if (attention.getQueries().template getDefiningOp<PositionsOp>())
    return blockSize;
  return std::nullopt;
}

struct SpecialiseMask : impl::SpecialiseMaskBase<SpecialiseMask> {
  void runOnOperation() override {
    getOperation().walk([](AttentionOp attention) {
      if (auto size = queriesInBlock(attention))
        attention.setKeyBoundsAttr(BoundsAttr::onKeys(attention.getMask(), *size));
    });
    getOperation().walk([](AttentionGradientOp gradient) {
      if (auto size = queriesInBlock(gradient)) {
        gradient.setKeyBoundsAttr(BoundsAttr::onKeys(gradient.getMask(), *size));
        gradient.setQueryBoundsAttr(BoundsAttr::onQueries(gradient.getMask(), blockSize));
      }
    });
  }
};

} // namespace
} // namespace loup
