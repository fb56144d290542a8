// Parallel text on disk: pairs of lines, and the same as token ids.
#pragma once

#include "runtime/LineReader.h"
#include "runtime/Tokenizer.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace loup {

/// Receives one sentence that the user should read.
using Notice = std::function<void(const std::string &)>;

/// A file of sources and a file of their targets, line by line; or, where `target` is empty, one
/// file whose lines are source TAB target.
struct TextPair {
  std::string source, target;
};

/// Reads both sides of a TextPair together. Throws UserError where one side has more lines than
/// the other (naming both counts) or a TSV line has not exactly one TAB.
class PairReader {
public:
  explicit PairReader(const TextPair &files);

  bool next(std::string &source, std::string &target);

  int64_t lineNumber() const { return first.lineNumber(); }

  /// The two sides; in a TSV both are the one reader.
  LineReader &source() { return first; }
  LineReader &target() { return second ? *second : first; }
  bool isTsv() const { return !second; }

private:
  LineReader first;
  std::optional<LineReader> second;
};

enum class Side { Source, Target, Both };

/// All lines of one side of `files`, or of both alternately, to train a tokenizer on.
LineSource linesOf(std::vector<TextPair> files, Side side);

/// One pair of lines as token ids, each side with the end token, at most maximumLength long.
struct Example {
  std::vector<int32_t> source, target;
  int32_t number = 0; // of the line, counted through all files from 0
};

/// Pairs of files as examples, in blocks of `blockLines` consecutive lines that can be read in any
/// order. Nothing is kept in memory but the place of each block.
class Corpus {
public:
  static constexpr int64_t blockLines = 256;

  /// Reads through all files once: line counts must agree and everything must be UTF-8 (see
  /// PairReader and LineReader for the errors). `notice` is told of the first line that is cut and
  /// of the first pair that is skipped. The tokenizers must outlive the corpus.
  Corpus(const std::vector<TextPair> &files, const Tokenizer &source, const Tokenizer &target,
         const SpecialIds &ids, int32_t maximumLength, Notice notice);

  /// Pairs of lines, empty ones included.
  int64_t lines() const { return lineCount; }

  int64_t blocks() const { return static_cast<int64_t>(index.size()); }

  /// Appends the examples of a block. Pairs with an empty side are skipped.
  void read(int64_t block, std::vector<Example> &examples);

  /// Lines cut to maximumLength, and pairs skipped for an empty side, in all that was read so far.
  int64_t cutLines() const { return cut; }
  int64_t skippedPairs() const { return skipped; }

  /// What tells these data from others: lines, bytes and checksum of each file.
  nlohmann::json identity() const;

private:
  struct Block {
    int32_t pair = 0;           // index into `pairs`
    int32_t lines = 0;
    int64_t sourceOffset = 0, targetOffset = 0;
    int64_t firstLine = 0;      // in its file, from 0
    int32_t firstNumber = 0;    // through all files, from 0
  };
  struct Fingerprint {
    int64_t lines = 0, bytes = 0;
    uint32_t checksum = 0;
  };

  void indexPair(int32_t pair);
  bool encode(const LineReader &reader, const std::string &line, const Tokenizer &tokenizer,
              std::vector<int32_t> &ids);

  std::vector<PairReader> pairs;
  std::vector<Block> index;
  std::vector<Fingerprint> fingerprints; // of each pair
  const Tokenizer &sourceTokenizer, &targetTokenizer;
  SpecialIds ids;
  int32_t maximumLength;
  Notice notice;
  int64_t lineCount = 0, cut = 0, skipped = 0;
};

} // namespace loup
