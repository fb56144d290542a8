#include "ir/masks/Matrix.h"

namespace loup {

MaskSet matrix(KeySide side, bool withPadding) {
  MaskSet pairs = MaskSet::where({.query = 1})                                  // 0 <= q
                      .intersect(MaskSet::where({.key = 1}))                    // 0 <= k
                      .intersect(MaskSet::where({.length = 1, .constant = -1})) // 1 <= length
                      .intersect(MaskSet::where({.keys = 1, .length = -1}))     // length <= keys
                      .intersect(MaskSet::where({.query = -1, .queries = 1, .constant = -1}))
                      .intersect(MaskSet::where({.prefix = 1})) // 0 <= prefix
                      .intersect(MaskSet::where({.length = 1, .prefix = -1, .constant = -1}))
                      .intersect(MaskSet::where({.present = 1})) // 0 or 1
                      .intersect(MaskSet::where({.present = -1, .constant = 1}));
  pairs = pairs.intersect(withPadding ? MaskSet::where({.key = -1, .keys = 1, .constant = -1})
                                      : MaskSet::where({.key = -1, .length = 1, .constant = -1}));
  if (side == KeySide::Own)
    pairs = pairs.intersect(MaskSet::where({.queries = 1, .keys = -1, .equality = true}))
                .intersect(MaskSet::where({.query = -1, .length = 1, .constant = -1}));
  return pairs;
}

} // namespace loup
