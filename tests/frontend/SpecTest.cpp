// What a right description says, and what stands where it says nothing.
#include "frontend/CheckSpec.h"
#include "frontend/DescribeSpec.h"
#include "frontend/ParseSpec.h"
#include "runtime/Files.h"
#include "runtime/Tokenizer.h"

#include <gmock/gmock.h>

namespace loup {
namespace {

using testing::ElementsAre;

constexpr const char *smallest = R"(
[[encoder]]
self_attention = {}
feed_forward = {}

[[decoder]]
self_attention = {}
cross_attention = {}
feed_forward = {}
)";

/// Parses and checks; a description with an error or a warning fails the test.
Spec parse(const std::string &text, const std::string &name = "small.toml") {
  Diagnostics diagnostics({name, text});
  Spec spec = parseSpec(diagnostics);
  checkSpec(spec, diagnostics);
  EXPECT_EQ(diagnostics.text(false), "");
  return spec;
}

Spec parseExample(const std::string &path) {
  std::filesystem::path file = std::filesystem::path(LOUP_SOURCE) / "examples" / path;
  return parse(readFile(file).value(), file.string());
}

TEST(Spec, FreightSaysWhatItsDescriptionSays) {
  Spec spec = parseExample("freight/freight.toml");
  EXPECT_EQ(*spec.name, "freight");
  EXPECT_EQ(spec.task, Task::Translate);

  const TokenizerSpec &source = spec.data->source;
  EXPECT_EQ(source.kind, TokenizerKind::SentencePiece);
  EXPECT_EQ(source.vocabulary, 1000);
  EXPECT_TRUE(source.splitDigits);
  EXPECT_EQ(spec.data->target->share.value, ShareWith::Source);
  EXPECT_EQ(spec.data->target->vocabulary, 1000);

  const ModelSpec &model = spec.model;
  EXPECT_EQ(model.width, 128);
  EXPECT_EQ(model.length, 512);
  EXPECT_EQ(model.dropout, 0.0);
  EXPECT_EQ(model.norm, NormPlacement::Pre);
  EXPECT_EQ(model.position, PositionKind::Sinusoidal);
  EXPECT_EQ(model.embedding->scale, EmbeddingScale::Sqrt);
  EXPECT_THAT(*model.embedding->tie, ElementsAre(Matrix::Source, Matrix::Target, Matrix::Output));
  EXPECT_EQ(*model.initial->embedding, 0.1);
  EXPECT_EQ(*model.initial->output, 0.1);

  ASSERT_EQ(spec.encoder->size(), 1u);
  const LayerSpec &encoder = spec.encoder->front();
  EXPECT_EQ(encoder.repeat, 2);
  EXPECT_EQ(encoder.selfAttention->value().heads, 4);
  EXPECT_EQ(*encoder.selfAttention->value().mask, "padding");
  EXPECT_FALSE(encoder.crossAttention->has_value());
  EXPECT_EQ(encoder.feedForward->value().width, 512);
  EXPECT_EQ(encoder.feedForward->value().activation, ActivationKind::Relu);

  ASSERT_EQ(spec.decoder->size(), 1u);
  const LayerSpec &decoder = spec.decoder->front();
  EXPECT_EQ(decoder.repeat, 2);
  EXPECT_EQ(*decoder.selfAttention->value().mask, "causal & padding");
  EXPECT_EQ(decoder.crossAttention->value().heads, 4);
  EXPECT_EQ(*decoder.crossAttention->value().mask, "padding");

  EXPECT_EQ(spec.loss->labelSmoothing, 0.1);
  EXPECT_EQ(spec.train->optimizer->kind, OptimizerKind::Adam);
  EXPECT_THAT(*spec.train->optimizer->betas, ElementsAre(0.9, 0.98));
  EXPECT_EQ(spec.train->schedule->kind, ScheduleKind::InverseSqrt);
  EXPECT_EQ(spec.train->schedule->rate, 2e-3);
  EXPECT_EQ(spec.train->schedule->warmup, 400);
  EXPECT_EQ(spec.train->batchTokens, 1024);
  EXPECT_EQ(spec.train->clip, 1.0);
  EXPECT_EQ(spec.decode->beam, 4);
  EXPECT_EQ(spec.decode->lengthPenalty, 0.6);
}

TEST(Spec, EveryExampleIsRight) {
  for (const auto &entry : std::filesystem::recursive_directory_iterator(
           std::filesystem::path(LOUP_SOURCE) / "examples"))
    if (entry.path().extension() == ".toml") {
      SCOPED_TRACE(entry.path());
      parseExample(entry.path().string());
    }
}

TEST(Spec, ValuesKnowTheirPlace) {
  Spec spec = parse("[model]\n  width = 256 # of a token\n" + std::string(smallest));
  const SourceRange &range = spec.model->width.range;
  EXPECT_EQ(range.line, 2u);
  EXPECT_EQ(range.column, 11u);
  EXPECT_EQ(range.endLine, 2u);
  EXPECT_EQ(range.endColumn, 14u);
  EXPECT_TRUE(spec.model->width.given());
  EXPECT_FALSE(spec.model->length.given());
  EXPECT_EQ(spec.encoder->front().range.line, 4u);
}

TEST(Spec, UnscaledEmbeddingsMayStartAsLargeAsPositions) {
  parse("[model]\nembedding = { scale = \"none\" }\ninitial = { embedding = 1.0 }\n" +
        std::string(smallest));
}

// The defaults of torch.nn.Transformer.
TEST(Spec, DefaultsAreThoseOfTheTransformer) {
  Spec spec = parse(smallest);
  EXPECT_EQ(*spec.name, "small");
  EXPECT_EQ(spec.model->width, 512);
  EXPECT_EQ(spec.model->dropout, 0.1);
  EXPECT_EQ(spec.model->norm, NormPlacement::Post);
  EXPECT_EQ(spec.model->normEpsilon, 1e-5);
  const LayerSpec &encoder = spec.encoder->front(), &decoder = spec.decoder->front();
  EXPECT_EQ(encoder.selfAttention->value().heads, 8);
  EXPECT_EQ(*encoder.selfAttention->value().mask, "padding");
  EXPECT_EQ(encoder.feedForward->value().width, 2048);
  EXPECT_EQ(encoder.feedForward->value().activation, ActivationKind::Relu);
  EXPECT_EQ(*decoder.selfAttention->value().mask, "causal & padding");
  EXPECT_EQ(*decoder.crossAttention->value().mask, "padding");
}

TEST(Spec, DefaultsAreThoseOfTheRuntime) {
  Description made = makeDescription(parse(smallest)), plain;
  for (auto side : {&Description::source, &Description::target}) {
    EXPECT_EQ((made.*side).kind, (plain.*side).kind);
    EXPECT_EQ((made.*side).vocabulary, (plain.*side).vocabulary);
    EXPECT_EQ((made.*side).algorithm, (plain.*side).algorithm);
    EXPECT_EQ((made.*side).splitDigits, (plain.*side).splitDigits);
    EXPECT_EQ((made.*side).byteFallback, (plain.*side).byteFallback);
    EXPECT_EQ((made.*side).normalization, (plain.*side).normalization);
    EXPECT_EQ((made.*side).symbols, (plain.*side).symbols);
    EXPECT_EQ((made.*side).model, (plain.*side).model);
  }
  EXPECT_EQ(made.sharedTokenizer, plain.sharedTokenizer);
  EXPECT_EQ(made.ids.end, plain.ids.end);
  EXPECT_EQ(made.ids.unknown, plain.ids.unknown);
  EXPECT_EQ(made.ids.begin, plain.ids.begin);
  EXPECT_EQ(made.ids.padding, plain.ids.padding);
  EXPECT_EQ(made.maximumLength, plain.maximumLength);
  const OptimizerDescription &optimizer = plain.train.optimizer;
  EXPECT_EQ(made.train.optimizer.kind, optimizer.kind);
  EXPECT_EQ(made.train.optimizer.beta1, optimizer.beta1);
  EXPECT_EQ(made.train.optimizer.beta2, optimizer.beta2);
  EXPECT_EQ(made.train.optimizer.epsilon, optimizer.epsilon);
  EXPECT_EQ(made.train.optimizer.weightDecay, optimizer.weightDecay);
  EXPECT_EQ(made.train.optimizer.momentum, optimizer.momentum);
  const ScheduleDescription &schedule = plain.train.schedule;
  EXPECT_EQ(made.train.schedule.kind, schedule.kind);
  EXPECT_EQ(made.train.schedule.rate, schedule.rate);
  EXPECT_EQ(made.train.schedule.warmup, schedule.warmup);
  EXPECT_EQ(made.train.schedule.steps, schedule.steps);
  EXPECT_EQ(made.train.schedule.factor, schedule.factor);
  EXPECT_EQ(made.train.batchTokens, plain.train.batchTokens);
  EXPECT_EQ(made.train.clip, plain.train.clip);
  EXPECT_EQ(made.train.labelSmoothing, plain.train.labelSmoothing);
  EXPECT_EQ(made.decode.beam, plain.decode.beam);
  EXPECT_EQ(made.decode.lengthPenalty, plain.decode.lengthPenalty);
}

TEST(Spec, DefaultsFollowFromOtherValues) {
  Spec spec = parse(std::string(R"(
[train]
optimizer = { kind = "adamw" }
schedule = { kind = "inverse_sqrt" }
[data]
source = { tokenizer = "bytes" }
target = { model = "ten_pieces.model" }
)") + smallest,
                    LOUP_SOURCE "/tests/failing/small.toml");
  EXPECT_EQ(spec.train->optimizer->weightDecay, 0.01);
  EXPECT_EQ(spec.train->schedule->warmup, 4000);
  EXPECT_EQ(spec.data->source->vocabulary, 260);
  EXPECT_EQ(spec.data->target->vocabulary, 11); // 7 pieces, and 3 special ones for our 4 ids
  Description description = makeDescription(spec);
  EXPECT_EQ(description.target.model, LOUP_SOURCE "/tests/failing/ten_pieces.model");
  EXPECT_EQ(description.target.modelChecksum, modelChecksum(*readFile(description.target.model)));
  EXPECT_EQ(description.source.modelChecksum, std::nullopt);

  spec = parse("[train]\nschedule = { kind = \"inverse_sqrt\", warmup = 0 }\n" +
               std::string(smallest));
  EXPECT_EQ(spec.train->schedule->warmup, 0);
  spec = parse("[train]\nschedule = { kind = \"cosine\", warmup = 9 }\n" + std::string(smallest));
  EXPECT_EQ(makeDescription(spec).train.schedule.steps, 0) << "the trainer's --steps";
}

TEST(Spec, DescriptionCarriesWhatTheRuntimeNeeds) {
  Description description = makeDescription(parseExample("freight/freight.toml"));
  EXPECT_EQ(description.name, "freight");
  EXPECT_EQ(description.task, "translate");
  EXPECT_EQ(description.source.vocabulary, 1000);
  EXPECT_TRUE(description.source.splitDigits);
  EXPECT_TRUE(description.sharedTokenizer);
  EXPECT_EQ(description.target.vocabulary, 1000);
  EXPECT_EQ(description.maximumLength, 512);
  EXPECT_EQ(description.train.optimizer.beta2, 0.98);
  EXPECT_EQ(description.train.schedule.kind, "inverse_sqrt");
  EXPECT_EQ(description.train.schedule.warmup, 400);
  EXPECT_EQ(description.train.batchTokens, 1024);
  EXPECT_EQ(description.train.clip, 1.0);
  EXPECT_EQ(description.train.labelSmoothing, 0.1);
  EXPECT_EQ(description.decode.beam, 4);
  EXPECT_EQ(description.decode.lengthPenalty, 0.6);
}

std::string fingerprint(const std::string &text) {
  return makeDescription(parse(text)).fingerprint;
}

TEST(Fingerprint, IsThatOfTheNetworkAndItsIds) {
  std::string plain = fingerprint(smallest);
  EXPECT_THAT(plain, testing::MatchesRegex("[0-9a-f]{64}"));
  for (const char *other :
       {"[model]\nwidth = 256\n", "[model]\nnorm = \"pre\"\n", "[model]\nposition = \"learned\"\n",
        "[model]\nembedding = { tie = [\"target\", \"output\"] }\n",
        "[model]\nnorm_epsilon = 1e-6\n", "[data]\nsource = { vocabulary = 4000 }\n",
        "[data]\ntarget = { share = \"source\" }\n", "[data]\nsource = { symbols = [\"<sep>\"] }\n",
        "[data]\nids = { end = 4 }\n", "[data]\nsource = { tokenizer = \"words\" }\n"})
    EXPECT_NE(fingerprint(other + std::string(smallest)), plain) << other;
  for (const char *same :
       {"name = \"other\"\n", "[model]\ndropout = 0.3\n", "[model]\nlength = 64\n",
        "[model]\ninitial = { embedding = 0.1 }\n", "[loss]\nlabel_smoothing = 0.1\n",
        "[train]\nbatch_tokens = 1024\n", "[decode]\nbeam = 4\n"})
    EXPECT_EQ(fingerprint(same + std::string(smallest)), plain) << same;
}

TEST(Fingerprint, DoesNotDependOnHowTheNetworkIsWritten) {
  std::string decoder =
      "[[decoder]]\nself_attention = {}\ncross_attention = {}\nfeed_forward = {}\n";
  std::string layer = "self_attention = { heads = 8 }\nfeed_forward = {}\n";
  EXPECT_EQ(fingerprint("[[encoder]]\n" + layer + "[[encoder]]\n" + layer + decoder),
            fingerprint("[[encoder]]\nrepeat = 2\n" + layer + decoder));
  EXPECT_NE(fingerprint("[[encoder]]\nrepeat = 3\n" + layer + decoder),
            fingerprint("[[encoder]]\nrepeat = 2\n" + layer + decoder));
  EXPECT_EQ(
      fingerprint("model.embedding.tie = [\"output\", \"target\"]\n" + std::string(smallest)),
      fingerprint("model.embedding.tie = [\"target\", \"output\"]\n" + std::string(smallest)));
}

// It must be the same with every build: checkpoints carry it.
TEST(Fingerprint, IsStable) {
  EXPECT_EQ(fingerprint(smallest),
            "f0308a1df3bd5cf8f4d48b090e0aab6dc9db10ed9f8655b137c52183ad558541");
}

} // namespace
} // namespace loup
