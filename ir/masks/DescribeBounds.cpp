// Bounds as a reader would write them.
#include "ir/masks/MaskBounds.h"

#include <cstdlib>
#include <string_view>

namespace loup {
namespace {

/// "max(0, 64a - 63)", or the one bound alone.
std::string describeAll(std::string_view name, const std::vector<BlockBound> &bounds) {
  std::string text;
  for (const BlockBound &bound : bounds)
    text += (text.empty() ? "" : ", ") + bound.describe();
  return bounds.size() == 1 ? text : std::string(name) + "(" + text + ")";
}

/// `64a < length` of a sum that must be at least 0: terms go to the side on which they are
/// positive.
std::string describeNeeded(const BlockBound &bound) {
  BlockBound low, high;
  auto part = [](int64_t weight, int64_t &low, int64_t &high) {
    (weight < 0 ? low : high) = std::abs(weight);
  };
  part(bound.block, low.block, high.block);
  part(bound.sizes.length, low.sizes.length, high.sizes.length);
  part(bound.sizes.prefix, low.sizes.prefix, high.sizes.prefix);
  part(bound.sizes.keys, low.sizes.keys, high.sizes.keys);
  part(bound.sizes.queries, low.sizes.queries, high.sizes.queries);
  if (bound.sizes.constant == -1 && !(high == BlockBound()))
    return low.describe() + " < " + high.describe();
  part(bound.sizes.constant, low.sizes.constant, high.sizes.constant);
  return low.describe() + " <= " + high.describe();
}

} // namespace

std::string BlockBound::describe() const {
  std::string text;
  auto add = [&](int64_t weight, const std::string &name) {
    if (weight == 0)
      return;
    std::string term = std::to_string(std::abs(weight));
    if (!name.empty())
      term = std::abs(weight) == 1 ? name : term + name;
    if (text.empty())
      text = (weight < 0 ? "-" : "") + term;
    else
      text += (weight < 0 ? " - " : " + ") + term;
  };
  add(block, "a");
  add(sizes.length, "length");
  add(sizes.prefix, "prefix");
  add(sizes.keys, "keys");
  add(sizes.queries, "queries");
  add(sizes.constant, "");
  if (text.empty())
    text = "0";
  if (divisor == 1)
    return text;
  bool isSum = text.find(' ') != text.npos;
  return (isSum ? "(" + text + ")" : text) + " / " + std::to_string(divisor);
}

std::string BlockRange::describe() const {
  std::string text = describeAll("max", first) + " .. " + describeAll("min", end);
  for (const BlockBound &bound : needed)
    text += (&bound == &needed.front() ? " if " : " and ") + describeNeeded(bound);
  return text;
}

std::string MaskBounds::describe(const std::vector<BlockRange> &ranges) {
  std::string text;
  for (const BlockRange &range : ranges)
    text += (text.empty() ? "" : ", then ") + range.describe();
  return text.empty() ? "nothing" : text;
}

} // namespace loup
