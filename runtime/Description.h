// What a compiled program knows of the description it was made from. The compiler prints one value
// of `Description` into every program; its defaults are those of the description language.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace loup {

/// How lines of text become token ids and back.
struct TokenizerDescription {
  std::string kind = "sentencepiece"; // sentencepiece | words | characters | bytes | ids
  int32_t vocabulary = 8000;          // rows of the embedding; a trained tokenizer may use fewer
  std::string algorithm = "unigram";  // sentencepiece only: unigram | bpe
  bool splitDigits = false;           // sentencepiece only: every digit a piece of its own
  bool byteFallback = false;          // sentencepiece only: unknown characters become their bytes
  std::string normalization =
      "nmt_nfkc"; // sentencepiece only: nmt_nfkc | nfkc | nmt_nfkc_cf | nfkc_cf | identity
  std::vector<std::string> symbols = {}; // words that are one token each
  std::string model = {};                // an existing SentencePiece file instead of training one
  std::optional<uint32_t> modelChecksum = {}; // CRC-32 of its bytes when the program was made
};

/// Ids with a meaning of their own; the same in source and target.
struct SpecialIds {
  int32_t end = 0, unknown = 1, begin = 2, padding = 3;
};

/// What the source's data tell masks.
struct MarksDescription {
  bool presentColumn = false;         // each line says which of its words are present
  std::optional<int32_t> prefixEnd;   // a source is given up to the first token of this id
  std::optional<int32_t> documentEnd; // tokens of this id end a document
};

struct OptimizerDescription {
  std::string kind = "adam"; // sgd | adam | adamw
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;
  double weightDecay = 0.0;
  double momentum = 0.0; // sgd only
};

struct ScheduleDescription {
  std::string kind = "constant"; // constant | inverse_sqrt | cosine | plateau
  double rate = 1e-3;            // the highest learning rate
  int64_t warmup = 0;            // steps of linear warm-up: inverse_sqrt and cosine
  int64_t steps = 0;             // cosine only: the step at which the rate is zero; 0 is --steps
  double factor = 0.25; // plateau only: the rate is multiplied by it when validation stalls
};

struct TrainDescription {
  OptimizerDescription optimizer;
  ScheduleDescription schedule;
  int64_t batchTokens = 4096;  // real target tokens of a batch, end included
  double clip = 0.0;           // largest norm of all gradients together; 0 is no limit
  double labelSmoothing = 0.0; // of the loss that trainStep() gives
};

struct DecodeDescription {
  int32_t beam = 1;
  double lengthPenalty = 1.0; // a finished hypothesis scores log-probability / length^lengthPenalty
};

/// How many source tokens a step of decoding reads, as the compiler proved it of all layers
/// together: the reading policy g(t) of Ma et al. (2019).
struct SourceNeed {
  /// (perPosition * position + constant) / divisor, rounded down.
  struct Bound {
    int64_t perPosition = 0, constant = 0, divisor = 1;
  };

  /// What is predicted at a position depends on the first tokens of the source only, as many as
  /// each of these says. Without any, it may depend on all, and `obstacle` says why.
  std::vector<Bound> bounds = {};
  std::string obstacle = {};

  /// How many tokens suffice at `position`, from 0, however many the source has; `bounds` must not
  /// be empty.
  int64_t tokens(int64_t position) const;
};

struct Description {
  std::string name;        // "freight"
  std::string task;        // "translate"
  std::string fingerprint; // of everything that decides the shape of the weights and the ids
  TokenizerDescription source, target;
  bool sharedTokenizer = false; // target uses source's
  SpecialIds ids;
  MarksDescription marks;
  int32_t maximumLength = 512; // tokens of one sequence, end included
  TrainDescription train;
  DecodeDescription decode;
  SourceNeed sourceNeed;
};

} // namespace loup
