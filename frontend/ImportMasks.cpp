#include "frontend/ImportMasks.h"

#include "frontend/MarkTokens.h"
#include "ir/masks/MaskSet.h"

using namespace mlir;

namespace loup {

static MaskAttr maskOf(const AttentionSpec &attention, ModelBuilder &model) {
  return MaskAttr::get(model.ops().getContext(), *attention.mask);
}

PairPlaces MaskImporter::places(const AttentionSpec &attention, const std::string &side,
                                const std::string &keySide) {
  if (!maskOf(attention, model).isWithinDocuments())
    return {model.examples, model.positions({side}), model.positions({keyAxis(keySide)}), {}, {}};
  auto perToken = [&](const char *what) {
    return model.argument(side + what, {{"batch"}, {side}});
  };
  PairPlaces places{perToken("_document_examples"),
                    perToken("_document_positions"),
                    {},
                    perToken("_documents"),
                    {}};
  places.keys = asKeys(attention.mask.range, side + "_document_positions.keys", places.queries);
  places.keyDocuments =
      asKeys(attention.mask.range, side + "_documents.keys", places.queryDocuments);
  return places;
}

Value MaskImporter::mask(SourceRange range, const std::string &name, const AttentionSpec &attention,
                         const PairPlaces &places, const std::string &side,
                         const std::string &keySide, Value tokens, Value lengths) {
  OpBuilder &ops = model.ops();
  MaskAttr words = maskOf(attention, model);
  if (attention.mask.given())
    range = attention.mask.range;
  MaskSet allowed = words.allowed();
  Value prefix, there;
  if (allowed.dependsOn(MaskCondition::Prefix))
    prefix = model.argument(keySide + "_prefix", {{"batch"}});
  if (allowed.dependsOn(MaskCondition::Present))
    there = present(range, attention, keySide, tokens);
  if (places.queryDocuments) // they have no padding
    lengths = {};
  return MaskOp::create(ops, model.at(range, name),
                        realType(ops.getContext(), {{"batch"}, {side}, {keyAxis(keySide)}}), words,
                        places.queries, places.keys, lengths, prefix, there, places.queryDocuments,
                        places.keyDocuments, attention.empty == EmptyRows::Zero);
}

/// Made once, behind the value itself.
Value MaskImporter::asKeys(SourceRange range, const std::string &name, Value perToken) {
  Value &known = keysOf[name];
  if (known)
    return known;
  OpBuilder &ops = model.ops();
  OpBuilder::InsertionGuard guard(ops);
  ops.setInsertionPointAfterValue(perToken);
  auto axes = namedAxes(perToken.getType());
  axes.back().name = keyAxis(axes.back().name);
  return known = RenameOp::create(ops, model.at(range, name), integerType(ops.getContext(), axes),
                                  perToken);
}

/// Masks alike share it: what decoding keeps of it is what it keeps of their keys.
Value MaskImporter::present(SourceRange range, const AttentionSpec &attention,
                            const std::string &side, Value tokens) {
  Value &known = presentOf[{side, *attention.mask}];
  if (known)
    return known;
  const TokenizerSpec &data = side == "source" ? *spec.data->source : *spec.data->target;
  int32_t absent = 0;
  if (data.present->has_value())
    tokens = model.argument(side + "_present", {{"batch"}, {side}});
  else
    absent = marksOf(data, spec.data->ids).absent.value();
  auto ofSide =
      llvm::count_if(presentOf, [&](const auto &entry) { return entry.first.first == side; });
  std::string name = side + "_present" + (ofSide > 1 ? "." + std::to_string(ofSide) : "");
  OpBuilder &ops = model.ops();
  OpBuilder::InsertionGuard guard(ops);
  ops.setInsertionPointAfterValue(tokens);
  Value flags = PresentOp::create(ops, model.at(range, name), tokens.getType(), tokens, absent);
  return known = asKeys(range, name + ".keys", flags);
}

} // namespace loup
