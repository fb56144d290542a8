#include "frontend/ImportPositions.h"

using namespace mlir;

namespace loup {

Value PositionImporter::encoding(const std::string &side) {
  OpBuilder &ops = model.ops();
  std::string name = side + "_position";
  Axis width = model.axis("width", spec.model->width),
       length = model.axis("length", spec.model->length);
  auto type = realType(ops.getContext(), {{side}, width});
  if (isKind(PositionKind::Sinusoidal))
    return SinusoidOp::create(ops, at(name), type, model.positions({side}));
  if (!isKind(PositionKind::Learned))
    return {};
  Value learned = model.weight(at(name + ".weight"), name + ".weight", {length.size, width.size},
                               model.xavier(length.size, width.size), {length, width});
  return LookupOp::create(ops, at(name), type, learned, model.positions({side}),
                          ops.getStringAttr(length.name));
}

Value PositionImporter::turned(const std::string &name, Value heads) {
  if (!isKind(PositionKind::Rotary))
    return heads;
  OpBuilder &ops = model.ops();
  auto axes = namedAxes(heads.getType());
  const Axis &side = axes[1], &headWidth = axes.back();
  std::string angles = side.name + "_" + headWidth.name + "_angles";
  Value &encoding = made[angles];
  if (!encoding)
    encoding = SinusoidOp::create(ops, at(angles), realType(ops.getContext(), {side, headWidth}),
                                  model.positions(side));
  return RotaryOp::create(ops, at(name), heads.getType(), heads, encoding, /*inverse=*/false);
}

Value PositionImporter::scored(const std::string &name, Value scores) {
  if (!isKind(PositionKind::Alibi) && !isKind(PositionKind::Relative))
    return scores;
  auto axes = namedAxes(scores.getType());
  const Axis &head = axes[1], &side = axes[2];
  Value &term = made[side.name + "_" + head.name + "_distances"];
  if (!term)
    term = distanceTerm(side.name, head);
  return model.add(at(name), scores, term);
}

/// [head, side, side_key]. T5's table: 32 rows, distances up to 128, one table for all layers of a
/// side, which T5 calls relative_attention_bias and keeps in the first of them.
Value PositionImporter::distanceTerm(const std::string &side, const Axis &head) {
  OpBuilder &ops = model.ops();
  Axis queries{side}, keys{keyAxis(side)};
  Value queryPositions = model.positions(queries), keyPositions = model.positions(keys);
  auto type = realType(ops.getContext(), {head, queries, keys});
  if (isKind(PositionKind::Alibi))
    return AlibiOp::create(ops, at(side + "_alibi"), type, queryPositions, keyPositions);

  bool isDecoder = side == "target"; // and sees no later position
  auto buckets = BucketsAttr::get(ops.getContext(), 32, 128, /*oneSided=*/isDecoder);
  Axis bucket = model.axis("bucket", buckets.getCount());
  Value rows = RelativeBucketOp::create(ops, at(side + "_buckets"),
                                        integerType(ops.getContext(), {queries, keys}), buckets,
                                        queryPositions, keyPositions);
  std::string table =
      (isDecoder ? "decoder" : "encoder") + std::string(".relative_attention_bias.weight");
  Value weight = model.weight(at(table), table, {bucket.size, head.size},
                              model.xavier(bucket.size, head.size), {bucket, head});
  return LookupOp::create(ops, at(side + "_distances"), type, weight, rows,
                          ops.getStringAttr(bucket.name));
}

} // namespace loup
