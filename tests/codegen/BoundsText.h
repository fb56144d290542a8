// The bounds of a mask as they stand in the text of an op.
#pragma once

#include "ir/masks/MaskBounds.h"
#include "ir/masks/MaskExpression.h"

#include <string>

namespace loup::test {

/// What stands, for a mask in words, within the braces of `loup.attention`, or of its gradient,
/// after SpecialiseMask.
inline std::string boundsText(const std::string &mask, bool isGradient, int64_t queriesInBlock = 16,
                              Blocks blocks = Blocks::OfPositions) {
  MaskSet allowed = MaskExpression::parse(mask).allowed().intersect(MaskSet::realKeys());
  auto text = [](const std::string &name, int64_t size, const MaskBounds &bounds) {
    return name + " = #loup.bounds<block " + std::to_string(size) + " touched \"" +
           MaskBounds::describe(bounds.touched()) + "\" full \"" +
           MaskBounds::describe(bounds.full()) + "\">";
  };
  std::string keys =
      text("key_bounds", queriesInBlock, MaskBounds::onKeys(allowed, queriesInBlock, blocks));
  return isGradient
             ? keys + ", " + text("query_bounds", 16, MaskBounds::onQueries(allowed, 16, blocks))
             : keys;
}

} // namespace loup::test
