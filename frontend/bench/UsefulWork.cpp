#include "frontend/bench/UsefulWork.h"

#include "ir/LoupOps.h"
#include "ir/masks/MaskExpression.h"
#include "ir/masks/PairCount.h"
#include "passes/Passes.h"
#include "runtime/Errors.h"

#include "mlir/Pass/PassManager.h"

#include <fmt/format.h>

#include <utility>

using namespace mlir;

namespace loup {

/// What the dynamic axes of a function stand for in one call.
struct UsefulWork::Sizes {
  std::vector<int64_t> source, target; // the sentences' lengths
  int64_t position = -1;               // of a step of decoding: queries are at it

  const std::vector<int64_t> &lengths(llvm::StringRef side) const {
    return side == "source" ? source : target;
  }
  double tokens(llvm::StringRef side) const {
    double sum = 0;
    for (int64_t length : lengths(side))
      sum += static_cast<double>(length);
    return sum;
  }
};

namespace {

bool isSide(llvm::StringRef axis) { return axis == "source" || axis == "target"; }

/// The axis of positions that a query has; none in a step of decoding.
llvm::StringRef querySide(Value query) {
  for (StringAttr axis : axesOf(query))
    if (isSide(axis))
      return axis;
  return "";
}

llvm::StringRef keySide(Value key) {
  for (StringAttr axis : axesOf(key))
    if (isKeyAxis(axis))
      return sideOf(axis);
  throw InternalError("the keys of an attention have an axis of keys");
}

/// "decoder.layers.0.self_attn" of "decoder.layers.0.self_attn.heads".
std::string attentionName(AttentionOp op) {
  llvm::StringRef name = cast<NameLoc>(op.getLoc()).getName();
  return name.rsplit('.').first.str();
}

std::vector<int64_t> lengthsOf(const Ragged &sequences) {
  std::vector<int64_t> lengths;
  for (int32_t i = 0; i < sequences.count(); ++i)
    lengths.push_back(sequences.length(i));
  return lengths;
}

} // namespace

UsefulWork::UsefulWork(OwningOpRef<ModuleOp> textbook) : module(std::move(textbook)) {
  // Masks are counted in an attention, and the products of the backward pass where they are.
  PassManager manager(module->getContext());
  manager.addPass(createFuseMask());
  manager.addPass(createDeriveDecoder());
  manager.addPass(createDifferentiate());
  if (failed(manager.run(*module)))
    throw InternalError("every model with proved masks can be differentiated");
  findAttentions();
}

void UsefulWork::findAttentions() {
  std::map<std::string, size_t> places;
  module->lookupSymbol<func::FuncOp>("train").walk([&](AttentionOp op) {
    std::string side = querySide(op.getQuery()).str();
    std::string words = fmt::format("{}, {} heads of {}", op.getMask().getWords().str(),
                                    *axisSize(op.getQuery().getType(), "head"),
                                    *axisSize(op.getQuery().getType(), "head_width"));
    if (double rate = op.getRate().convertToFloat(); rate > 0)
      words += fmt::format(", dropout {:.3g}", rate);
    auto [known, isNew] =
        places.try_emplace(side + " " + keySide(op.getKey()).str() + " " + words, kinds.size());
    if (isNew)
      kinds.push_back({{}, words, side});
    kinds[known->second].names.push_back(attentionName(op));
  });
}

int64_t UsefulWork::pairsOfSentence(llvm::StringRef mask, int64_t firstQuery, int64_t queries,
                                    int64_t keys) {
  auto [place, isNew] = known.try_emplace({mask.str(), firstQuery, queries, keys}, 0);
  if (isNew) {
    PairCount count(MaskExpression::parse(mask).allowed());
    for (int64_t q = firstQuery; q < queries; ++q)
      place->second += count.keysOf(q, {queries, keys, keys});
  }
  return place->second;
}

/// Real queries and the real keys they may see, in all sentences.
template <class Attention> double UsefulWork::pairs(Attention op, const Sizes &sizes) {
  llvm::StringRef words = op.getMask().getWords();
  bool isStep = querySide(op.getQuery()).empty();
  const std::vector<int64_t> &keys = sizes.lengths(keySide(op.getKey()));
  const std::vector<int64_t> &queries =
      isStep ? sizes.target : sizes.lengths(querySide(op.getQuery()));
  double sum = 0;
  for (size_t i = 0; i < keys.size(); ++i)
    sum += static_cast<double>(
        pairsOfSentence(words, isStep ? sizes.position : 0, queries[i], keys[i]));
  return sum;
}

double UsefulWork::operations(Operation *op, const Sizes &sizes) {
  // Two products forward, those by query and key and by value; four backward.
  auto ofAttention = [&](auto attention, double products) {
    Type query = attention.getQuery().getType();
    return 2 * products * pairs(attention, sizes) *
           static_cast<double>(*axisSize(query, "head") * *axisSize(query, "head_width"));
  };
  if (auto attention = dyn_cast<AttentionOp>(op))
    return ofAttention(attention, 2);
  if (auto gradient = dyn_cast<AttentionGradientOp>(op))
    return ofAttention(gradient, 4);
  auto product = dyn_cast<ProductOp>(op);
  if (!product)
    return 0;
  std::map<std::string, int64_t> axes;
  for (Value factor : product.getOperands())
    for (const Axis &axis : namedAxes(factor.getType()))
      axes[axis.name] = axis.size;
  bool hasTokens = llvm::any_of(axes, [](const auto &axis) { return isSide(axis.first); });
  double count = 2;
  for (const auto &[axis, size] : axes)
    if (!ShapedType::isDynamic(size))
      count *= static_cast<double>(size);
    else if (isSide(axis))
      count *= sizes.tokens(axis);
    else if (axis == "hypothesis" || (axis == "batch" && !hasTokens))
      count *= static_cast<double>(sizes.source.size());
    else if (axis != "batch") // tokens are those of all sentences
      throw InternalError("products are along tokens, sentences or fixed axes, got " + axis);
  return count;
}

double UsefulWork::operations(func::FuncOp function, const Sizes &sizes) {
  double sum = 0;
  function.walk([&](Operation *op) { sum += operations(op, sizes); });
  return sum;
}

double UsefulWork::training(const Batch &batch) {
  return operations(module->lookupSymbol<func::FuncOp>("train"),
                    {lengthsOf(batch.source), lengthsOf(batch.target)});
}

double UsefulWork::decoding(const Ragged &source, int32_t steps) {
  std::vector<int64_t> lengths = lengthsOf(source);
  double sum = operations(module->lookupSymbol<func::FuncOp>("prefill"), {lengths, {}});
  for (int64_t position = 0; position < steps; ++position)
    sum += operations(module->lookupSymbol<func::FuncOp>("step"),
                      {lengths, std::vector<int64_t>(lengths.size(), position + 1), position});
  return sum;
}

double UsefulWork::attention(const AttentionKind &kind, const Batch &batch, bool backward) {
  Sizes sizes{lengthsOf(batch.source), lengthsOf(batch.target)};
  double forward = 0;
  module->lookupSymbol<func::FuncOp>("train").walk([&](AttentionOp op) {
    if (attentionName(op) == kind.names.front())
      forward = operations(op, sizes);
  });
  return backward ? 2 * forward : forward;
}

} // namespace loup
