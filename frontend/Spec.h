// A description as written: plain values, each with its place in the file. A default stands where
// the file says nothing; frontend/README.md lists all of them. Units and limits are those of the
// key tables in ParseSpec.cpp.
#pragma once

#include "frontend/Diagnostics.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loup {

template <class T> struct Field {
  T value{};
  SourceRange range;     // of what the file says; none where it says nothing
  bool doubtful = false; // an error at this place was reported: no rule may judge the value

  Field() = default;
  Field(T value) : value(std::move(value)) {}

  const T &operator*() const { return value; }
  const T *operator->() const { return &value; }
  operator const T &() const { return value; }
  bool given() const { return static_cast<bool>(range); }
};

enum class Task { Translate };

enum class TokenizerKind { SentencePiece, Words, Characters, Bytes, Ids };
enum class PieceAlgorithm { Unigram, Bpe };
enum class Normalization { NmtNfkc, Nfkc, NmtNfkcCf, NfkcCf, Identity };
enum class ShareWith { Source };
enum class PresentFrom { Column };

struct TokenizerSpec {
  Field<TokenizerKind> kind = TokenizerKind::SentencePiece;
  Field<int64_t> vocabulary = 8000;
  Field<PieceAlgorithm> algorithm = PieceAlgorithm::Unigram;
  Field<bool> splitDigits = false;
  Field<bool> byteFallback = false;
  Field<Normalization> normalization = Normalization::NmtNfkc;
  Field<std::vector<std::string>> symbols;
  Field<std::optional<std::string>> model; // an absolute path once parsed
  Field<std::optional<ShareWith>> share;   // target only; the rest of the above is then source's

  // What this side's data tell masks; tokens are spelt as in the text.
  Field<std::optional<std::string>> absent;      // a token that is not present
  Field<std::optional<PresentFrom>> present;     // or each line says which of its words are
  Field<std::optional<std::string>> prefixEnd;   // a sequence is given up to the first one
  Field<std::optional<std::string>> documentEnd; // a document goes up to each
};

struct IdsSpec {
  Field<int64_t> end = 0, unknown = 1, begin = 2, padding = 3;
};

struct DataSpec {
  Field<TokenizerSpec> source, target;
  Field<IdsSpec> ids;
};

enum class NormPlacement { Post, Pre };
enum class PositionKind { Sinusoidal, Learned, Rotary, Alibi, Relative, None };
enum class EmbeddingScale { Sqrt, None };
enum class Matrix { Source, Target, Output };

struct EmbeddingSpec {
  Field<EmbeddingScale> scale = EmbeddingScale::Sqrt;
  Field<std::vector<Field<Matrix>>> tie; // matrices that are one; none where empty
};

/// Uniform in [-x, x); Xavier's, as for all other matrices, where not given.
struct InitialSpec {
  Field<std::optional<double>> embedding, output;
};

struct ModelSpec {
  Field<int64_t> width = 512;
  Field<int64_t> length = 512;
  Field<double> dropout = 0.1;
  Field<NormPlacement> norm = NormPlacement::Post;
  Field<double> normEpsilon = 1e-5;
  Field<PositionKind> position = PositionKind::Sinusoidal;
  Field<EmbeddingSpec> embedding;
  Field<InitialSpec> initial;
};

enum class EmptyRows { Error, Zero };

struct AttentionSpec {
  Field<int64_t> heads = 8;
  Field<std::string> mask;
  Field<EmptyRows> empty = EmptyRows::Error;
};

enum class ActivationKind { Relu, Gelu };

struct FeedForwardSpec {
  Field<int64_t> width = 2048;
  Field<ActivationKind> activation = ActivationKind::Relu;
};

/// One [[encoder]] or [[decoder]] table: `repeat` layers alike, made of what is written.
struct LayerSpec {
  Field<int64_t> repeat = 1;
  Field<std::optional<AttentionSpec>> selfAttention, crossAttention;
  Field<std::optional<FeedForwardSpec>> feedForward;
};

enum class LossKind { CrossEntropy };

struct LossSpec {
  Field<LossKind> kind = LossKind::CrossEntropy;
  Field<double> labelSmoothing = 0.0;
};

enum class OptimizerKind { Sgd, Adam, AdamW };

struct OptimizerSpec {
  Field<OptimizerKind> kind = OptimizerKind::Adam;
  Field<std::array<double, 2>> betas = std::array{0.9, 0.999};
  Field<double> epsilon = 1e-8;
  Field<double> weightDecay = 0.0;
  Field<double> momentum = 0.0;
};

enum class ScheduleKind { Constant, InverseSqrt, Cosine, Plateau };

struct ScheduleSpec {
  Field<ScheduleKind> kind = ScheduleKind::Constant;
  Field<double> rate = 1e-3;
  Field<int64_t> warmup = 0;
  Field<int64_t> steps = 0;
  Field<double> factor = 0.25;
};

struct TrainSpec {
  Field<OptimizerSpec> optimizer;
  Field<ScheduleSpec> schedule;
  Field<int64_t> batchTokens = 4096;
  Field<double> clip = 0.0; // 0 is no limit
};

struct DecodeSpec {
  Field<int64_t> beam = 1;
  Field<double> lengthPenalty = 1.0;
};

/// The family of the model is what `encoder` and `decoder` hold.
struct Spec {
  Field<std::string> name;
  Field<Task> task = Task::Translate;
  Field<DataSpec> data;
  Field<ModelSpec> model;
  Field<std::vector<Field<LayerSpec>>> encoder, decoder;
  Field<LossSpec> loss;
  Field<TrainSpec> train;
  Field<DecodeSpec> decode;
};

} // namespace loup
