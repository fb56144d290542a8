#include "frontend/bench/UsefulWork.h"

#include "ir/LoupOps.h"
#include "ir/masks/MaskExpression.h"
#include "passes/Passes.h"
#include "runtime/Errors.h"
#include "runtime/Marks.h"

#include "mlir/Pass/PassManager.h"

#include <fmt/format.h>

#include <utility>

using namespace mlir;

namespace loup {

/// What a function is called with.
struct UsefulWork::Call {
  const Ragged &source, &target; // a step of decoding: with the token that it predicts
  int64_t position = -1;         // of a step of decoding: queries are at it

  const Ragged &tokens(llvm::StringRef side) const { return side == "source" ? source : target; }
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

/// The first `length` tokens of each sequence.
Ragged cut(const Ragged &sequences, int32_t length) {
  Ragged result;
  for (int32_t i = 0; i < sequences.count(); ++i)
    result.append(sequences[i].first(length));
  return result;
}

} // namespace

UsefulWork::UsefulWork(OwningOpRef<ModuleOp> textbook, const DataSpec &data)
    : module(std::move(textbook)), source(marksOf(data.source, data.ids)),
      target(marksOf(data.target, data.ids)), begin(data.ids->begin) {
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

const UsefulWork::Mask &UsefulWork::maskOf(llvm::StringRef words) {
  auto known = masks.find(words.str());
  if (known == masks.end()) {
    MaskExpression mask = MaskExpression::parse(words);
    known = masks.emplace(words, Mask{PairCount(mask.allowed()), mask.perDocument()}).first;
  }
  return known->second;
}

/// Of the target, keys are made of its input: behind the begin, all tokens but the last.
std::vector<bool> UsefulWork::presentKeys(llvm::StringRef side,
                                          std::span<const int32_t> tokens) const {
  std::vector<bool> present;
  for (size_t k = 0; k < tokens.size(); ++k)
    present.push_back(side == "source" ? source.findPresent(tokens[k])
                                       : target.findPresent(k == 0 ? begin : tokens[k - 1]));
  return present;
}

/// Real queries and the real keys they may see, in all sentences.
template <class Attention> double UsefulWork::pairs(Attention op, const Call &call) {
  const Mask &mask = maskOf(op.getMask().getWords());
  llvm::StringRef side = keySide(op.getKey());
  bool isStep = querySide(op.getQuery()).empty();
  const Ragged &keys = call.tokens(side);
  const Ragged &queries = isStep ? call.target : call.tokens(querySide(op.getQuery()));
  int64_t sum = 0;
  for (int32_t i = 0; i < keys.count(); ++i) {
    std::vector<bool> present = presentKeys(side, keys[i]);
    auto add = [&](int64_t firstKey, const MaskSizes &sizes) {
      for (int64_t k = 0; k < sizes.keys; ++k)
        sum += mask.pairs.queriesOf(k, sizes, present[firstKey + k], isStep ? call.position : 0);
    };
    if (mask.perDocument)
      forDocuments(keys[i], *source.documentEnd, [&](int64_t first, int64_t past) {
        int64_t length = past - first;
        add(first, {length, length, length});
      });
    else
      add(0, {queries.length(i), keys.length(i), keys.length(i),
              source.prefixEnd ? prefixOf(keys[i], *source.prefixEnd) : 0});
  }
  return static_cast<double>(sum);
}

double UsefulWork::operations(Operation *op, const Call &call) {
  // Two products forward, those by query and key and by value; four backward.
  auto ofAttention = [&](auto attention, double products) {
    Type query = attention.getQuery().getType();
    return 2 * products * pairs(attention, call) *
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
      count *= static_cast<double>(call.tokens(axis).tokens.size());
    else if (axis == "hypothesis" || (axis == "batch" && !hasTokens))
      count *= call.source.count();
    else if (axis != "batch") // tokens are those of all sentences
      throw InternalError("products are along tokens, sentences or fixed axes, got " + axis);
  return count;
}

double UsefulWork::operations(func::FuncOp function, const Call &call) {
  double sum = 0;
  function.walk([&](Operation *op) { sum += operations(op, call); });
  return sum;
}

double UsefulWork::training(const Batch &batch) {
  return operations(module->lookupSymbol<func::FuncOp>("train"), {batch.source, batch.target});
}

double UsefulWork::decoding(const Ragged &source, const Ragged &target) {
  double sum = operations(module->lookupSymbol<func::FuncOp>("prefill"), {source, {}});
  for (int32_t position = 0; position < target.length(0); ++position)
    sum += operations(module->lookupSymbol<func::FuncOp>("step"),
                      {source, cut(target, position + 1), position});
  return sum;
}

double UsefulWork::attention(const AttentionKind &kind, const Batch &batch, bool backward) {
  double forward = 0;
  module->lookupSymbol<func::FuncOp>("train").walk([&](AttentionOp op) {
    if (attentionName(op) == kind.names.front())
      forward = operations(op, {batch.source, batch.target});
  });
  return backward ? 2 * forward : forward;
}

} // namespace loup
