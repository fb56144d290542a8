// The rows that a block of lanes walks along, in tiles.
#pragma once

#include "codegen/kernels/AllowedPairs.h"

#include <string>
#include <vector>

namespace loup {

/// A row that is not negative, or the last of `count` rows if it lies over that. Where there are no
/// rows Halide learns that none is read.
Halide::Expr rowWithin(const Halide::Expr &row, const Halide::Expr &count);

/// The tiles that hold a row of a touched range, in ascending order. They are numbered by slots,
/// from the first of them on. Conditions are spelt out where they are used, and not kept in a
/// table: only then does Halide put them around all that a tile, or a section of them, needs.
class WalkedTiles {
public:
  /// `ranges` are those of a block, among `count` rows; a section has `tilesPerSection` slots.
  WalkedTiles(const BlockRanges &ranges, Halide::Expr count, int tile, int tilesPerSection);

  Halide::Expr slot(const Halide::Expr &inSection, const Halide::Expr &section) const;

  /// Of a domain of sections.
  Halide::Expr slot(const Halide::RDom &domain) const { return slot(domain.y, domain.z); }

  /// The row in place `inTile` of the tile in a slot; over the last row only in the last tile.
  Halide::Expr row(Halide::Expr inTile, const Halide::Expr &slot) const;

  /// All touched tiles, or those with which some pair of the block may be hidden.
  enum Which { All, Partial };

  /// A domain of (place in a tile, tile of its section, section). Where ranges are far apart, the
  /// sections between them are passed over as a whole.
  Halide::RDom sections(const std::string &name, Which which = All) const;

  /// Of (place in the tile), if the tile in `slot` is one of these.
  Halide::RDom places(const Halide::Expr &slot, const std::string &name, Which which = All) const;

private:
  Halide::Expr tileAt(const Halide::Expr &slot) const;
  Halide::Expr isAmong(const Halide::Expr &slot, Which which) const;

  int tile, tilesPerSection;
  Halide::Expr tiles;                  // of all rows
  std::vector<RowRange> touched, full; // in tiles
  Halide::Expr first, slots;           // from the first touched tile to the last
};

} // namespace loup
