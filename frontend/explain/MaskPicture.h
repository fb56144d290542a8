// A mask as a matrix of queries and keys, with the blocks that a kernel leaves out, computes
// without a test and computes with one.
#pragma once

#include "frontend/explain/Html.h"
#include "ir/masks/MaskBounds.h"

#include <string>
#include <vector>

namespace loup {

/// What a mask is drawn with beside sizes.
struct PictureMarks {
  std::vector<int64_t> documentEnds = {}; // ascending; what is behind the last is padding. Or none
  int64_t absentEvery = 0;    // this and each so manieth key after 0 are absent; 0: none
  bool ofOneSequence = false; // queries are the keys' tokens, and end where these do

  bool isPresent(int64_t k) const { return absentEvery == 0 || k % absentEvery != 0; }
};

class MaskPicture {
public:
  struct Counts {
    int64_t pairs = 0, allowed = 0; // of real tokens: padding does not count
    int64_t blocks = 0, skipped = 0, full = 0;

    int64_t partial() const { return blocks - skipped - full; }
  };

  /// The matrix sizes.queries x sizes.keys in blocks of `blockSize` queries and as many keys,
  /// counted from the start of each document. `mask` is that of one document where there are
  /// several.
  MaskPicture(const MaskSet &mask, const MaskSizes &sizes, int64_t blockSize,
              const PictureMarks &marks = {});

  const Counts &counts() const { return count; }
  const MaskSizes &sizes() const { return size; }
  int64_t blockSize() const { return step; }

  /// An SVG element. `querySide` and `keySide` name the axes: "target".
  Html draw(const std::string &querySide, const std::string &keySide) const;

private:
  enum class Kind { Skipped, Partial, Full };

  struct Block {
    Range queries, keys;
    Kind kind;
    int64_t pairs, allowed;
  };

  void addBlock(Range queries, Range keys, Kind kind);
  bool isAllowed(int64_t q, int64_t k) const { return allowed[q * size.keys + k]; }

  Html drawBlocks(bool isFull) const;
  Html drawPairs() const;
  Html drawPadding() const;

  MaskSizes size;
  int64_t step;
  int64_t realQueries, realKeys;
  Counts count;
  std::vector<bool> allowed; // [query][key]
  std::vector<Block> blocks;
};

} // namespace loup
