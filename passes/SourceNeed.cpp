#include "passes/SourceNeed.h"

#include "ir/LoupOps.h"
#include "ir/masks/PositionBound.h"
#include "passes/Passes.h"
#include "passes/TokenDependence.h"

using namespace mlir;

namespace loup {

/// What keeps one mask over keys of the source from a bound, or nothing.
static std::string obstacleOf(MaskAttr mask, bool isOwn) {
  if (!boundsAbove(Dependence::mask(mask.allowed(), "source")).empty())
    return "";
  return std::string("it sees the source to its end; give it a mask such as ") +
         (isOwn ? "'causal'" : "'k <= q + 3'");
}

/// The first attention with an obstacle, and what that is.
static std::string findObstacle(Block &block, StringRef source) {
  for (Operation &op : block) {
    auto sequence = dyn_cast<SequenceOp>(op);
    if (!sequence || op.getNumResults() == 0)
      continue;
    for (unsigned operand = 0; operand < op.getNumOperands(); ++operand) {
      auto keyAxes = sequenceAxes(op.getOperand(operand));
      if (keyAxes.size() != 1) // weights of pairs are those of a mask already
        continue;
      StringRef keys = keyAxes.front();
      for (StringRef queries : sequenceAxes(op.getResult(0))) {
        MaskAttr mask = sequence.getReach(operand, queries, keys);
        if (!mask || sideOf(keys) != source)
          continue;
        if (std::string why = obstacleOf(mask, sideOf(queries) == source); !why.empty()) {
          std::string name = nameOf(op.getResult(0));
          return StringRef(name).rsplit('.').first.str() + ": " + why;
        }
      }
    }
  }
  return "";
}

/// What the data say of a whole source is not known before its end. Within documents, positions are
/// not those of the tokens.
static std::string findMarks(Block &block) {
  auto function = cast<func::FuncOp>(block.getParentOp());
  for (auto [mark, words] : {std::pair("source_prefix", "how much of it is given"),
                             {"source_present", "which of its words are present"},
                             {"source_documents", "which documents it holds"}})
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (argumentName(function, i) == mark)
        return std::string("the source's end must be known to say ") + words;
  return "";
}

void noteSourceNeed(Value logits, Value source, func::FuncOp step) {
  Builder builder(step.getContext());
  auto note = [&](std::string obstacle) {
    step->setAttr("loup.source_obstacle", builder.getStringAttr(obstacle));
  };
  std::string obstacle = findMarks(*source.getParentBlock());
  if (obstacle.empty())
    obstacle = findObstacle(*source.getParentBlock(), sequenceAxes(source).front());
  if (!obstacle.empty())
    return note(obstacle);
  std::optional<Dependence> pairs = dependenceOn(logits, source);
  std::vector<PositionBound> bounds = boundsAbove(pairs ? *pairs : Dependence::none(1, 1));
  if (bounds.empty())
    return note("the masks of all layers together are too intricate to bound what they see");
  SmallVector<Attribute> need;
  for (const PositionBound &bound : bounds) // k is the last token needed, so k + 1 are
    need.push_back(
        builder.getDenseI64ArrayAttr({bound.slope, bound.constant + bound.divisor, bound.divisor}));
  step->setAttr("loup.source_need", builder.getArrayAttr(need));
}

} // namespace loup
