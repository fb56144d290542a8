// Where the allowed pairs of a block of queries lie among the keys, and the other way round.
#pragma once

#include "ir/masks/MaskSet.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loup {

/// A weighted sum of a block's number, the sizes and a constant, divided and rounded down.
struct BlockBound {
  int64_t block = 0;
  MaskCondition sizes; // weighs queries, keys, length, prefix and the constant only
  int64_t divisor = 1;

  int64_t at(int64_t number, const MaskSizes &sizes) const;

  /// `64a - 63`, `length`, `(a + 2) / 3`.
  std::string describe() const;

  bool operator==(const BlockBound &) const = default;
};

/// Positions from the largest of `first` up to, and without, the smallest of `end`; none where one
/// of `needed` is negative.
struct BlockRange {
  std::vector<BlockBound> first, end, needed;

  /// `max(0, 64a - 63) .. min(64a + 64, keys)`, and, where it takes more, ` if 64a < length`.
  std::string describe() const;

  bool operator==(const BlockRange &) const = default;
};

/// Numbers from `first` up to, and without, `end`.
struct Range {
  int64_t first, end;

  bool operator==(const Range &) const = default;
};

/// What blocks are cut from: the positions of a sequence; or the rows in which several sequences
/// lie one after the other, so that nobody knows at which positions a block's begin.
enum class Blocks { OfPositions, OfRows };

/// Bounds of all blocks of `size` neighbouring queries at once, the block of number a starting with
/// query a * size, on the keys; or of blocks of keys on the queries. Touched ranges hold every key
/// that some query of the block may see, and perhaps others; full ranges hold only keys that every
/// query of the block sees. They are as narrow and as wide as linear conditions allow: residue
/// classes and whether a key is present are not told apart. With blocks of rows the ranges are of
/// rows as well, hold for the pairs of one sequence, all of whose keys are real, and know only how
/// far apart a pair is.
class MaskBounds {
public:
  static MaskBounds onKeys(const MaskSet &allowed, int64_t queriesInBlock,
                           Blocks blocks = Blocks::OfPositions);
  static MaskBounds onQueries(const MaskSet &allowed, int64_t keysInBlock,
                              Blocks blocks = Blocks::OfPositions);

  /// One range for each way in which a pair may be allowed. They may overlap.
  const std::vector<BlockRange> &touched() const { return touchedRanges; }
  const std::vector<BlockRange> &full() const { return fullRanges; }

  /// The same as numbers, in ascending order, disjoint and with gaps between them: blocks of
  /// `blockSize` positions, counted from 0, which hold a position of a touched range, or no
  /// position outside of a full range but those beyond the matrix. At most `mostRanges`: touched
  /// ranges close the smallest gaps, full ones drop the smallest ranges.
  std::vector<Range> touched(int64_t block, const MaskSizes &sizes, int64_t blockSize = 1) const;
  std::vector<Range> full(int64_t block, const MaskSizes &sizes, int64_t blockSize = 1) const;

  static constexpr size_t mostRanges = 4;

  /// Ranges joined by `, then `; `nothing` where there are none.
  static std::string describe(const std::vector<BlockRange> &ranges);

private:
  MaskBounds(const MaskSet &allowed, MaskCondition::Column inBlock, int64_t size, Blocks blocks);

  MaskCondition::Column sought;
  std::vector<BlockRange> touchedRanges, fullRanges;
};

} // namespace loup
