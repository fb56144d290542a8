#include "frontend/ParseSpec.h"

#include "frontend/CompleteSpec.h"
#include "frontend/KeyTable.h"

namespace loup {
namespace {

// The description language. Limits keep every size far from the end of its integer type.
constexpr WholeNumber vocabularySize = {5, 1 << 24};
constexpr WholeNumber tokenId = {0, (1 << 24) - 1};
constexpr WholeNumber matrixWidth = {1, 1 << 20};
constexpr WholeNumber stepCount = {0, 1'000'000'000};

KeyTable<TokenizerSpec> sourceTable(std::string title) {
  KeyTable<TokenizerSpec> table(title);
  table
      .key("tokenizer", &TokenizerSpec::kind, OneWord<TokenizerKind>(),
           "how a line becomes tokens; ids: lines of numbers")
      .key("vocabulary", &TokenizerSpec::vocabulary, vocabularySize,
           "rows of the embedding; a trained tokenizer may use fewer",
           "8000; with `bytes` and with `model` what they need; with `ids` it must be "
           "given")
      .key("algorithm", &TokenizerSpec::algorithm, OneWord<PieceAlgorithm>(),
           "sentencepiece only: how pieces are found")
      .key("split_digits", &TokenizerSpec::splitDigits, Flag(),
           "sentencepiece only: every digit is a piece of its own")
      .key("byte_fallback", &TokenizerSpec::byteFallback, Flag(),
           "sentencepiece only: unknown characters become their bytes")
      .key("normalization", &TokenizerSpec::normalization, OneWord<Normalization>(),
           "sentencepiece only: what is done to the text before")
      .key("symbols", &TokenizerSpec::symbols, Symbols(),
           "sentencepiece and words: words that are one token each, whatever the training text has")
      .key("model", &TokenizerSpec::model, Text(),
           "sentencepiece only: an existing model to use instead of training one; the path starts "
           "at the description's folder",
           "none")
      .key("absent", &TokenizerSpec::absent, Token(),
           "a token that the mask `present` hides: one of `symbols`, or one that is known before "
           "training",
           "none")
      .key(
          "present", &TokenizerSpec::present, OneWord<PresentFrom>(),
          "source only: behind each line's text stand a tab and, for each of its words, 1 where it "
          "is present or 0",
          "none")
      .key("prefix_end", &TokenizerSpec::prefixEnd, Token(),
           "source only: the mask `prefix` is open to the tokens up to the first of these, itself "
           "included",
           "none")
      .key("document_end", &TokenizerSpec::documentEnd, Token(),
           "source only: each of these tokens ends a document, for the mask `document`", "none");
  return table;
}

KeyTable<TokenizerSpec> targetTable(std::string title) {
  return sourceTable(title).key("share", &TokenizerSpec::share, OneWord<ShareWith>(),
                                "one tokenizer for both sides", "none");
}

KeyTable<IdsSpec> idsTable(std::string title) {
  KeyTable<IdsSpec> table(title);
  table.key("end", &IdsSpec::end, tokenId, "stands behind every source and target")
      .key("unknown", &IdsSpec::unknown, tokenId, "stands for what the tokenizer has no token for")
      .key("begin", &IdsSpec::begin, tokenId, "the decoder's first input")
      .key("padding", &IdsSpec::padding, tokenId, "fills the end of shorter sequences");
  return table;
}

KeyTable<DataSpec> dataTable(std::string title) {
  KeyTable<DataSpec> table(title);
  table.table("source", &DataSpec::source, sourceTable(title + " source"), "the source's tokenizer")
      .table("target", &DataSpec::target, targetTable(title + " target"), "the target's tokenizer")
      .table("ids", &DataSpec::ids, idsTable(title + " ids"),
             "tokens with a meaning of their own, the same on both sides");
  return table;
}

KeyTable<EmbeddingSpec> embeddingTable(std::string title) {
  KeyTable<EmbeddingSpec> table(title);
  table
      .key("scale", &EmbeddingSpec::scale, OneWord<EmbeddingScale>(),
           "sqrt: embeddings are multiplied by the square root of the width")
      .key("tie", &EmbeddingSpec::tie, SomeWords<Matrix>(),
           "matrices that are one: the embeddings of source and target, the weight of the output");
  return table;
}

KeyTable<InitialSpec> initialTable(std::string title) {
  constexpr const char *xavier = "Xavier's";
  KeyTable<InitialSpec> table(title);
  table
      .key("embedding", &InitialSpec::embedding, Number::above(0),
           "embeddings start uniform in [-x, x)", xavier)
      .key("output", &InitialSpec::output, Number::above(0),
           "the output's weight starts uniform in [-x, x)", xavier);
  return table;
}

KeyTable<ModelSpec> modelTable(std::string title) {
  KeyTable<ModelSpec> table(title);
  table.key("width", &ModelSpec::width, matrixWidth, "numbers that stand for one token")
      .key("length", &ModelSpec::length, WholeNumber{2, 1 << 20},
           "tokens of the longest sequence, end included")
      .key("dropout", &ModelSpec::dropout, Number::from(0).below(1),
           "part of the values that training drops")
      .key("norm", &ModelSpec::norm, OneWord<NormPlacement>(),
           "layer normalisation behind each sublayer, or before it")
      .key("norm_epsilon", &ModelSpec::normEpsilon, Number::above(0).to(1),
           "added to the variance in layer normalisation")
      .key("position", &ModelSpec::position, OneWord<PositionKind>(),
           "how tokens are told their positions, as described above")
      .table("embedding", &ModelSpec::embedding, embeddingTable(title + " embedding"),
             "how tokens become vectors and vectors tokens")
      .table("initial", &ModelSpec::initial, initialTable(title + " initial"),
             "what training starts from; all else as `nn.Transformer`");
  return table;
}

KeyTable<AttentionSpec> attentionTable(std::string title, std::string mask) {
  KeyTable<AttentionSpec> table(title, {.mask = {mask}});
  table
      .key("heads", &AttentionSpec::heads, WholeNumber{1, 1 << 12},
           "the model's width is divided among them")
      .key("mask", &AttentionSpec::mask, Mask(), "which keys a query may see")
      .key("empty", &AttentionSpec::empty, OneWord<EmptyRows>(),
           "a query without a key: an error, or it gets zeros, as it does where tokens may be "
           "absent");
  return table;
}

KeyTable<FeedForwardSpec> feedForwardTable(std::string title) {
  KeyTable<FeedForwardSpec> table(title);
  table.key("width", &FeedForwardSpec::width, matrixWidth, "width of the hidden layer")
      .key("activation", &FeedForwardSpec::activation, OneWord<ActivationKind>(),
           "gelu is the exact one");
  return table;
}

KeyTable<LayerSpec> encoderTable(std::string title) {
  KeyTable<LayerSpec> table(title);
  table.key("repeat", &LayerSpec::repeat, WholeNumber{1, 1000}, "layers like this one")
      .table("self_attention", &LayerSpec::selfAttention,
             attentionTable(title + " self_attention", "padding"), "attention within the sequence")
      .table("feed_forward", &LayerSpec::feedForward, feedForwardTable(title + " feed_forward"),
             "two linear layers with an activation between");
  return table;
}

KeyTable<LayerSpec> decoderTable(std::string title) {
  KeyTable<LayerSpec> table(title);
  table.key("repeat", &LayerSpec::repeat, WholeNumber{1, 1000}, "layers like this one")
      .table("self_attention", &LayerSpec::selfAttention,
             attentionTable(title + " self_attention", "causal & padding"),
             "attention within the sequence")
      .table("cross_attention", &LayerSpec::crossAttention,
             attentionTable(title + " cross_attention", "padding"),
             "attention from target to source")
      .table("feed_forward", &LayerSpec::feedForward, feedForwardTable(title + " feed_forward"),
             "two linear layers with an activation between");
  return table;
}

KeyTable<LossSpec> lossTable(std::string title) {
  KeyTable<LossSpec> table(title);
  table.key("kind", &LossSpec::kind, OneWord<LossKind>(), "averaged over real tokens")
      .key("label_smoothing", &LossSpec::labelSmoothing, Number::from(0).below(1),
           "part of the probability given to all tokens alike");
  return table;
}

KeyTable<OptimizerSpec> optimizerTable(std::string title) {
  KeyTable<OptimizerSpec> table(title);
  table.key("kind", &OptimizerSpec::kind, OneWord<OptimizerKind>(), "the update rule")
      .key("betas", &OptimizerSpec::betas, NumberPair{Number::from(0).below(1)},
           "adam and adamw: decay of the two moments")
      .key("epsilon", &OptimizerSpec::epsilon, Number::above(0),
           "adam and adamw: added to the denominator")
      .key("weight_decay", &OptimizerSpec::weightDecay, Number::from(0),
           "added to the gradient; with adamw taken from the weights", "0; with `adamw` 0.01")
      .key("momentum", &OptimizerSpec::momentum, Number::from(0).below(1),
           "sgd only: part of the last update that is kept");
  return table;
}

KeyTable<ScheduleSpec> scheduleTable(std::string title) {
  KeyTable<ScheduleSpec> table(title);
  table.key("kind", &ScheduleSpec::kind, OneWord<ScheduleKind>(), "how the learning rate goes")
      .key("rate", &ScheduleSpec::rate, Number::above(0), "the highest learning rate")
      .key("warmup", &ScheduleSpec::warmup, stepCount,
           "inverse_sqrt and cosine: steps in which the rate rises from 0",
           "with `inverse_sqrt` 4000, with `cosine` 0")
      .key("steps", &ScheduleSpec::steps, stepCount,
           "cosine only: the step at which the rate is 0 again", "the trainer's `--steps`")
      .key("factor", &ScheduleSpec::factor, Number::above(0).below(1),
           "plateau only: multiplies the rate when validation stalls");
  return table;
}

KeyTable<TrainSpec> trainTable(std::string title) {
  KeyTable<TrainSpec> table(title);
  table
      .table("optimizer", &TrainSpec::optimizer, optimizerTable(title + " optimizer"),
             "what is done with the gradients")
      .table("schedule", &TrainSpec::schedule, scheduleTable(title + " schedule"),
             "the learning rate")
      .key("batch_tokens", &TrainSpec::batchTokens, WholeNumber{1, 1 << 28},
           "real target tokens of a batch, end included")
      .key("clip", &TrainSpec::clip, Number::from(0),
           "largest norm of all gradients together; 0 is no limit");
  return table;
}

KeyTable<DecodeSpec> decodeTable(std::string title) {
  KeyTable<DecodeSpec> table(title);
  table.key("beam", &DecodeSpec::beam, WholeNumber{1, 1024}, "hypotheses kept; 1 is greedy search")
      .key("length_penalty", &DecodeSpec::lengthPenalty, Number::from(-10).to(10),
           "A: a hypothesis scores log-probability / length^A");
  return table;
}

KeyTable<Spec> makeSpecTable() {
  KeyTable<Spec> table("the description");
  table
      .key("name", &Spec::name, Text(), "names the programs' files and the model's class",
           "the file's name without .toml")
      .key("task", &Spec::task, OneWord<Task>(), "what the model does; names the second program")
      .table("data", &Spec::data, dataTable("[data]"), "how text becomes tokens")
      .table("model", &Spec::model, modelTable("[model]"), "what all layers have in common")
      .tables("encoder", &Spec::encoder, encoderTable("[[encoder]]"),
              "layers over the source, from the input upwards")
      .tables("decoder", &Spec::decoder, decoderTable("[[decoder]]"),
              "layers over the target, from the input upwards")
      .table("loss", &Spec::loss, lossTable("[loss]"), "what training makes small")
      .table("train", &Spec::train, trainTable("[train]"), "how training makes it small")
      .table("decode", &Spec::decode, decodeTable("[decode]"), "how the best target is searched");
  return table;
}

const KeyTable<Spec> &specTable() {
  static const KeyTable<Spec> table = makeSpecTable();
  return table;
}

/// toml++ recurses over the parts of a dotted key, however many there are. Returns where one has
/// more than anybody means, or no place.
SourceRange findEndlessKey(const SourceFile &file) {
  constexpr int mostDots = 64;
  uint32_t line = 1, column = 1;
  int dots = 0;
  for (char c : file.text) {
    if (c == '\n' || c == '=' || c == ',' || c == '[' || c == '{' || c == '#')
      dots = 0;
    if (c == '.' && ++dots > mostDots)
      return {line, column, line, column + 1};
    bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    column = c == '\n' ? 1 : column + !continues;
    line += c == '\n';
  }
  return {};
}

/// "expected value, saw '\n' (in a key-value pair)", from toml++'s "Error while parsing ...".
std::string syntaxMessage(std::string_view description) {
  constexpr std::string_view prefix = "Error while parsing ";
  if (!description.starts_with(prefix))
    return fmt::format("no valid TOML: {}", description);
  description.remove_prefix(prefix.size());
  size_t colon = description.find(": ");
  if (colon == std::string_view::npos)
    return fmt::format("no valid TOML in {}", description);
  return fmt::format("no valid TOML in {}: {}", description.substr(0, colon),
                     description.substr(colon + 2));
}

} // namespace

std::vector<KeyHelp> describeLanguage() { return specTable().help(); }

Spec parseSpec(Diagnostics &diagnostics) {
  Spec spec;
  const KeyTable<Spec> &table = specTable();
  if (SourceRange place = findEndlessKey(diagnostics.source())) {
    diagnostics.error(place, "no key has this many parts");
    table.doubt(spec);
    return spec;
  }
  toml::parse_result parsed = toml::parse(std::string_view(diagnostics.source().text));
  if (!parsed) {
    const toml::parse_error &error = parsed.error();
    diagnostics.error(rangeOf(error.source()), syntaxMessage(error.description()));
    table.doubt(spec);
    return spec;
  }
  std::vector<KeyHelp> language = table.help();
  table.read({diagnostics, language}, parsed.table(), spec);
  completeSpec(spec, diagnostics);
  return spec;
}

} // namespace loup
