#include "codegen/kernels/WalkedTiles.h"

using namespace Halide;

namespace loup {

Expr rowWithin(const Expr &row, const Expr &count) {
  return unsafe_promise_clamped(min(row, count - 1), 0, count - 1);
}

WalkedTiles::WalkedTiles(const BlockRanges &ranges, Expr count, int tile, int tilesPerSection)
    : tile(tile), tilesPerSection(tilesPerSection), tiles((count + tile - 1) / tile), first(tiles) {
  Expr end = 0;
  for (const RowRange &range : ranges.touched) {
    Expr begin = max(range.first, 0), stop = min(range.end, count);
    Expr isEmpty = stop <= begin;
    touched.push_back({simplify(select(isEmpty, tiles, begin / tile)),
                       simplify(select(isEmpty, 0, (stop + tile - 1) / tile))});
    first = min(first, touched.back().first);
    end = max(end, touched.back().end);
  }
  for (const RowRange &range : ranges.full)
    full.push_back({simplify((max(range.first, 0) + tile - 1) / tile),
                    simplify(min(range.end, count) / tile)});
  first = simplify(first);
  slots = simplify(end - first);
}

Expr WalkedTiles::tileAt(const Expr &slot) const { return rowWithin(first + slot, tiles); }

Expr WalkedTiles::slot(const Expr &inSection, const Expr &section) const {
  return section * tilesPerSection + inSection;
}

Expr WalkedTiles::row(Expr inTile, const Expr &slot) const { return tileAt(slot) * tile + inTile; }

/// Whether one of the ranges meets the tiles from `begin` up to, and without, `end`.
static Expr meets(const std::vector<RowRange> &ranges, const Expr &begin, const Expr &end) {
  Expr any = Internal::const_false();
  for (const RowRange &range : ranges)
    any = any || (range.first < end && begin < range.end);
  return any;
}

Expr WalkedTiles::isAmong(const Expr &slot, Which which) const {
  Expr tile = tileAt(slot), is = slot < slots;
  if (touched.size() > 1)
    is = is && meets(touched, tile, tile + 1);
  if (which == Partial)
    is = is && !meets(full, tile, tile + 1);
  return is;
}

RDom WalkedTiles::sections(const std::string &name, Which which) const {
  RDom domain(0, tile, 0, tilesPerSection, 0, (tiles + tilesPerSection - 1) / tilesPerSection,
              name);
  Expr begin = domain.z * tilesPerSection;
  domain.where(begin < slots);
  if (touched.size() > 1)
    domain.where(meets(touched, first + begin, first + begin + tilesPerSection));
  domain.where(isAmong(slot(domain), which));
  return domain;
}

RDom WalkedTiles::places(const Expr &slot, const std::string &name, Which which) const {
  RDom domain(0, tile, name);
  domain.where(isAmong(slot, which));
  return domain;
}

} // namespace loup
