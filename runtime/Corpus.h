// Parallel text on disk: pairs of lines, and the same as token ids.
#pragma once

#include "runtime/LineReader.h"
#include "runtime/SentenceEncoder.h"
#include "runtime/Tokenizer.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace loup {

/// A file of sources and a file of their targets, line by line; or, where `target` is empty, one
/// file whose lines are source TAB target.
struct TextPair {
  std::string source, target;
};

/// Reads both sides of a TextPair together; where sources say which words are present (Presence.h),
/// the lines of one file are text TAB flags TAB target. Throws UserError where one side has more
/// lines than the other (naming both counts), where a line of a TSV has not as many TABs as that,
/// and for pipes, since training reads its data more than once.
class PairReader {
public:
  explicit PairReader(const TextPair &files, bool saysPresence = false);

  bool next(std::string &source, std::string &target);

  /// The reader of each side: in a TSV the same.
  LineReader &source() { return first; }
  LineReader &target() { return second ? *second : first; }

private:
  void split(std::string &line, std::string &target) const;

  LineReader first;
  std::optional<LineReader> second; // nothing for a TSV
  bool saysPresence;
};

enum class Side { Source, Target, Both };

/// The text of all lines of one side of `files`, or of both in turn, to train a tokenizer on.
LineSource linesOf(std::vector<TextPair> files, Side side, bool saysPresence = false);

/// One pair of lines as token ids, each side with the end token behind it.
struct Example {
  std::vector<int32_t> source, target;
  int32_t number = 0; // of the line, counted through all files from 0
};

/// Pairs of files as examples, in blocks of consecutive lines that can be read in any order.
/// Nothing is kept in memory but the place of each block.
class Corpus {
public:
  static constexpr int32_t blockLines = 256; // a file's last block may have fewer

  /// Reads through all files once, so that what is wrong with them (see PairReader and LineReader)
  /// is said before the training begins. The tokenizers must outlive the corpus.
  Corpus(const std::vector<TextPair> &files, const Tokenizer &source, const Tokenizer &target,
         const Description &description);

  /// Pairs of lines, those with an empty side included.
  int64_t lines() const { return lineCount; }

  int32_t blocks() const { return static_cast<int32_t>(index.size()); }

  /// The block that holds the line of this number.
  int32_t blockOf(int32_t number) const;

  /// Appends the examples of a block, cut to the maximum length. Pairs with an empty side are left
  /// out.
  void read(int32_t block, std::vector<Example> &examples);

  /// What the user should know of the lines read so far: how many were cut, how many left out.
  std::vector<std::string> notices() const;

  /// What tells these data from others: lines and checksum of each pair of files.
  nlohmann::json identity() const;

private:
  struct Encoders {
    SentenceEncoder source, target;
  };
  struct Pair {
    PairReader reader;
    Encoders first, again; // for lines read the first time, which count, and later
    int64_t lines = 0;
    uint32_t checksum = 0;
  };
  struct Block {
    int32_t pair = 0; // index into `pairs`
    int32_t lines = 0;
    int32_t number = 0;                         // of its first line, through all files
    int64_t line = 0;                           // the same in its file, from 0
    int64_t sourceOffset = 0, targetOffset = 0; // in bytes
    bool read = false;
  };

  void indexPair(int32_t pair);

  std::vector<Pair> pairs;
  std::vector<Block> index;
  int64_t lineCount = 0, leftOut = 0;
};

} // namespace loup
