#include "frontend/ImportSpec.h"
#include "frontend/ImportMasks.h"
#include "frontend/ImportPositions.h"
#include "frontend/ModelBuilder.h"

#include <cmath>

using namespace mlir;

namespace loup {
namespace {

/// One side of the model: the sequence whose tokens its layers transform.
struct Side {
  std::string axis; // "source" or "target"
  std::string name; // "encoder" or "decoder"
  Value tokens;     // [batch, axis], as the embedding reads them
  Value lengths;
};

class Importer {
public:
  Importer(const Spec &spec, std::string_view fileName, ModuleOp module)
      : spec(spec), model(fileName, module), masks(spec, model), positions(spec, model),
        batch{"batch"}, width(model.axis("width", spec.model->width)),
        dropout(spec.model->dropout) {}

  void import() {
    func::FuncOp train = model.beginTraining(model.at(spec.name.range, *spec.name));
    train->getParentOp()->setAttr("loup.length", model.ops().getI64IntegerAttr(spec.model->length));
    source = {"source", "encoder", model.source, model.sourceLengths};
    Value memory = layers(source, *spec.encoder, embed(source), Value());
    Side target{"target", "decoder", shiftRight(model.target), model.targetLengths};
    Value hidden = layers(target, *spec.decoder, embed(target), memory);
    func::ReturnOp::create(model.ops(), train.getLoc(), loss(logits(hidden)));
  }

private:
  Axis time(const Side &side) const { return {side.axis}; }

  Location at(SourceRange range, const std::string &name) { return model.at(range, name); }

  Value shiftRight(Value tokens) {
    return ShiftRightOp::create(model.ops(), at(spec.model.range, "target_input"), tokens.getType(),
                                tokens, Value(), model.ops().getStringAttr("target"),
                                model.ops().getI32IntegerAttr(spec.data->ids->begin));
  }

  // Embedding and output. Matrices that are tied are one parameter, under the first one's name.

  int64_t vocabulary(Matrix matrix) const {
    const DataSpec &data = *spec.data;
    bool ofSource = matrix == Matrix::Source || data.target->share->has_value();
    return ofSource ? data.source->vocabulary : data.target->vocabulary;
  }

  Value table(Location loc, Matrix matrix) {
    static constexpr const char *names[] = {"source_embedding.weight", "target_embedding.weight",
                                            "output.weight"};
    auto first = static_cast<size_t>(matrix);
    const auto &tie = *spec.model->embedding->tie;
    auto isTied = [&](Matrix m) {
      return llvm::any_of(tie, [&](const Field<Matrix> &tied) { return *tied == m; });
    };
    if (isTied(matrix))
      while (first > 0 && isTied(static_cast<Matrix>(first - 1)))
        --first;
    if (isTied(matrix) && matrix == Matrix::Output && isTied(Matrix::Source))
      first = static_cast<size_t>(Matrix::Source);

    int64_t size = vocabulary(matrix);
    const auto &range = static_cast<Matrix>(first) == Matrix::Output
                            ? *spec.model->initial->output
                            : *spec.model->initial->embedding;
    Axis words =
        model.axis(matrix == Matrix::Source ? "source_vocabulary" : "target_vocabulary", size);
    return model.weight(loc, names[first], {size, width.size},
                        range ? model.uniform(*range) : model.xavier(size, width.size),
                        {words, width});
  }

  Value embed(const Side &side) {
    OpBuilder &ops = model.ops();
    SourceRange range = spec.model->embedding.range;
    bool ofSource = side.axis == "source";
    std::string name = side.axis + "_embedding";
    Value words = table(at(range, name + ".weight"), ofSource ? Matrix::Source : Matrix::Target);
    auto type = realType(ops.getContext(), {batch, time(side), width});
    Value x =
        LookupOp::create(ops, at(range, name), type, words, side.tokens, axesOf(words).front());
    if (*spec.model->embedding->scale == EmbeddingScale::Sqrt)
      x = ScaleOp::create(ops, at(range, name + ".scaled"), type, x,
                          ops.getF32FloatAttr(std::sqrt(static_cast<float>(width.size))));
    if (Value encoding = positions.encoding(side.axis))
      x = model.add(at(spec.model->position.range, name + ".positioned"), x, encoding);
    return dropped(at(spec.model->dropout.range, name + ".dropout"), x, side);
  }

  Value logits(Value hidden) {
    SourceRange range = spec.model->embedding.range;
    Value weight = table(at(range, "output.weight"), Matrix::Output);
    Axis words = namedAxes(weight.getType()).front();
    Value bias = model.weight(at(range, "output.bias"), "output.bias", {words.size},
                              model.constant(0), {words});
    Value y = model.product(at(range, "output"), hidden, weight, {batch, {"target"}, words});
    return model.add(at(range, "logits"), y, bias);
  }

  Value loss(Value logits) {
    OpBuilder &ops = model.ops();
    return CrossEntropyOp::create(
        ops, at(spec.loss.range, "losses"), realType(ops.getContext(), {batch, {"target"}}), logits,
        model.target, model.positions({"target"}), model.targetLengths,
        ops.getF32FloatAttr(static_cast<float>(*spec.loss->labelSmoothing)));
  }

  // Layers, as nn.TransformerEncoderLayer and nn.TransformerDecoderLayer have them.

  Value dropped(Location loc, Value x, const Side &side) {
    return model.dropout(loc, x, dropout, {model.examples, model.positions({side.axis})});
  }

  Value layers(const Side &side, const std::vector<Field<LayerSpec>> &tables, Value x,
               Value memory) {
    int64_t number = 0;
    for (const Field<LayerSpec> &table : tables)
      for (int64_t i = 0; i < *table->repeat; ++i)
        x = layer(side, *table, side.name + ".layers." + std::to_string(number++), x, memory);
    return norm(spec.model->norm.range, side.name + ".norm", x);
  }

  Value layer(const Side &side, const LayerSpec &table, const std::string &name, Value x,
              Value memory) {
    unsigned norms = 0;
    if (const auto &self = *table.selfAttention)
      x = sublayer(side, table.selfAttention.range, name, ++norms, x, [&](Value x) {
        return attention(side, side, table.selfAttention.range, *self, name + ".self_attn", x, x);
      });
    if (const auto &cross = *table.crossAttention) {
      x = sublayer(side, table.crossAttention.range, name, ++norms, x, [&](Value x) {
        return attention(side, source, table.crossAttention.range, *cross, name + ".multihead_attn",
                         x, memory);
      });
    }
    if (const auto &feed = *table.feedForward)
      x = sublayer(side, table.feedForward.range, name, ++norms, x, [&](Value x) {
        return feedForward(side, table.feedForward.range, *feed, name, x);
      });
    return x;
  }

  /// post: norm(x + dropout(body(x)));  pre: x + dropout(body(norm(x))).
  Value sublayer(const Side &side, SourceRange range, const std::string &layer, unsigned number,
                 Value x, llvm::function_ref<Value(Value)> body) {
    std::string suffix = std::to_string(number);
    std::string normName = layer + ".norm" + suffix;
    bool pre = *spec.model->norm == NormPlacement::Pre;
    Value y = body(pre ? norm(range, normName, x) : x);
    y = dropped(at(range, layer + ".dropout" + suffix), y, side);
    y = model.add(at(range, layer + ".residual" + suffix), x, y);
    return pre ? y : norm(range, normName, y);
  }

  Value norm(SourceRange range, const std::string &name, Value x) {
    auto parameter = [&](const std::string &name, double initial) {
      return model.weight(at(range, name), name, {width.size}, model.constant(initial), {width});
    };
    Value weight = parameter(name + ".weight", 1), bias = parameter(name + ".bias", 0);
    auto epsilon = model.ops().getF32FloatAttr(static_cast<float>(*spec.model->normEpsilon));
    return LayerNormOp::create(model.ops(), at(range, name), x.getType(), x, weight, bias, epsilon);
  }

  /// x W^T + b, from rows of a weight and a bias that other products may share.
  struct Linear {
    std::string weight, bias; // names of the parameters
    int64_t rows;             // of the whole weight
    int64_t row;              // the first one used
    InitialAttr biasInitial;
  };

  Value linear(SourceRange range, const std::string &name, Value x, const Linear &rows, Axis from,
               Axis to) {
    Value weight = model.weight(at(range, name + ".weight"), rows.weight, {rows.rows, from.size},
                                model.xavier(rows.rows, from.size), {to, from}, rows.row);
    Value bias = model.weight(at(range, name + ".bias"), rows.bias, {rows.rows}, rows.biasInitial,
                              {to}, rows.row);
    auto axes = namedAxes(x.getType());
    axes.back() = to;
    Value y = model.product(at(range, name + ".product"), x, weight, axes);
    return model.add(at(range, name), y, bias);
  }

  Value feedForward(const Side &side, SourceRange range, const FeedForwardSpec &feed,
                    const std::string &name, Value x) {
    OpBuilder &ops = model.ops();
    Axis hidden = model.axis("hidden", feed.width);
    auto layer = [&](const std::string &part, Value x, Axis from, Axis to) {
      Linear rows{part + ".weight", part + ".bias", to.size, 0,
                  model.uniform(1 / std::sqrt(static_cast<double>(from.size)))};
      return linear(range, part, x, rows, from, to);
    };
    Value h = layer(name + ".linear1", x, width, hidden);
    Location loc =
        at(feed.activation.given() ? feed.activation.range : range, name + ".activation");
    h = *feed.activation == ActivationKind::Gelu ? Value(GeluOp::create(ops, loc, h.getType(), h))
                                                 : Value(ReluOp::create(ops, loc, h.getType(), h));
    h = dropped(at(range, name + ".dropout"), h, side);
    return layer(name + ".linear2", h, hidden, width);
  }

  Value attention(const Side &side, const Side &keySide, SourceRange range,
                  const AttentionSpec &spec, const std::string &name, Value x, Value memory) {
    OpBuilder &ops = model.ops();
    MLIRContext *context = ops.getContext();
    Axis projection = model.axis("projection", width.size);
    Axis head = model.axis("head", spec.heads);
    Axis headWidth = model.axis("head_width", width.size / spec.heads);
    Axis queries = time(side), keys{keyAxis(keySide.axis)};

    // The three input projections are rows of one parameter, as in nn.MultiheadAttention.
    auto project = [&](const std::string &part, Value x, int64_t third, Axis time) -> Value {
      Linear rows{name + ".in_proj_weight", name + ".in_proj_bias", 3 * width.size,
                  third * width.size, model.constant(0)};
      Value y = linear(range, name + "." + part, x, rows, width, projection);
      return SplitHeadsOp::create(ops, at(range, name + "." + part + ".heads"),
                                  realType(context, {batch, time, head, headWidth}), y);
    };
    auto asKeys = [&](const std::string &part, Value y) -> Value {
      return RenameOp::create(ops, at(range, name + "." + part + ".keys"),
                              realType(context, {batch, keys, head, headWidth}), y);
    };
    Value query = project("query", x, 0, queries);
    Value key = project("key", memory, 1, time(keySide));
    bool isWithin = side.axis == keySide.axis;
    if (isWithin) {
      query = positions.turned(name + ".query.turned", query);
      key = positions.turned(name + ".key.turned", key);
    }
    key = asKeys("key", key);
    Value value = asKeys("value", project("value", memory, 2, time(keySide)));

    PairPlaces places = masks.places(spec, side.axis, keySide.axis);
    Value scores =
        model.product(at(range, name + ".scores"), query, key, {batch, head, queries, keys},
                      1 / std::sqrt(static_cast<double>(headWidth.size)));
    if (isWithin)
      scores = positions.scored(name + ".positioned_scores", scores);
    SourceRange maskRange = spec.mask.given() ? spec.mask.range : range;
    Value mask = masks.mask(range, name + ".mask", spec, places, side.axis, keySide.axis,
                            keySide.tokens, keySide.lengths);
    Value hidden = AddMaskOp::create(ops, at(maskRange, name + ".masked_scores"), scores.getType(),
                                     scores, mask);
    Value weights = SoftmaxOp::create(ops, at(range, name + ".weights"), hidden.getType(), hidden);
    weights = model.dropout(at(range, name + ".dropout"), weights, dropout,
                            {places.examples, model.positions(head), places.queries, places.keys});
    Value heads = model.product(at(range, name + ".heads"), weights, value,
                                {batch, queries, head, headWidth});
    Value merged = MergeHeadsOp::create(ops, at(range, name + ".merged"),
                                        realType(context, {batch, queries, projection}), heads);
    Linear out{name + ".out_proj.weight", name + ".out_proj.bias", width.size, 0,
               model.constant(0)};
    return linear(range, name + ".out_proj", merged, out, projection, width);
  }

  const Spec &spec;
  ModelBuilder model;
  MaskImporter masks;
  PositionImporter positions;
  Side source;
  Axis batch, width;
  double dropout;
};

} // namespace

OwningOpRef<ModuleOp> importSpec(const Spec &spec, std::string_view fileName,
                                 MLIRContext *context) {
  context->loadDialect<LoupDialect, func::FuncDialect>();
  Location loc = FileLineColLoc::get(context, llvm::StringRef(fileName), 1, 1);
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc, llvm::StringRef(*spec.name));
  Importer(spec, fileName, *module).import();
  return module;
}

} // namespace loup
