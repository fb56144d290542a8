#include "ir/masks/PairCount.h"

#include <algorithm>
#include <utility>

namespace loup {
namespace {

/// Keys from `first` to `last`; none where `last` is less.
struct Interval {
  int64_t first, last;
};

int64_t floorDivide(int64_t a, int64_t b) { return (a - residue(a, b)) / b; }

/// Leaves of `keys` those for which weight * k + rest >= 0.
void cut(Interval &keys, int64_t weight, int64_t rest) {
  if (weight > 0)
    keys.first = std::max(keys.first, -floorDivide(rest, weight));
  else if (weight < 0)
    keys.last = std::min(keys.last, floorDivide(rest, -weight));
  else if (rest < 0)
    keys.last = keys.first - 1;
}

/// The keys of one query for which all conditions hold.
Interval keysWhere(const std::vector<MaskCondition> &conditions, int64_t q,
                   const MaskSizes &sizes) {
  Interval keys{0, sizes.keys - 1};
  for (const MaskCondition &c : conditions) {
    int64_t rest = c.query * q + c.queries * sizes.queries + c.keys * sizes.keys +
                   c.length * sizes.length + c.prefix * sizes.prefix + c.present + c.constant;
    cut(keys, c.key, rest);
    if (c.equality)
      cut(keys, -c.key, -rest);
  }
  return keys;
}

/// How many k of some interval have k mod modulus = rest.
int64_t countInUnion(std::vector<Interval> &intervals, int64_t modulus, int64_t rest) {
  std::ranges::sort(intervals, {}, &Interval::first);
  int64_t count = 0, next = 0; // all before `next` are counted
  for (const Interval &keys : intervals) {
    int64_t first = std::max(keys.first, next);
    if (keys.last < first)
      continue;
    count += floorDivide(keys.last - rest, modulus) - floorDivide(first - 1 - rest, modulus);
    next = keys.last + 1;
  }
  return count;
}

} // namespace

PairCount::PairCount(const MaskSet &allowed)
    : alternatives(allowed.alternatives()), modulus(allowed.modulus()) {}

int64_t PairCount::keysOf(int64_t q, const MaskSizes &sizes) const {
  int64_t count = 0;
  std::vector<Interval> intervals;
  for (int64_t rest = 0; rest < modulus; ++rest) {
    intervals.clear();
    for (const MaskAlternative &alternative : alternatives)
      if (alternative.classes.contains(q, rest))
        intervals.push_back(keysWhere(alternative.conditions, q, sizes));
    count += countInUnion(intervals, modulus, rest);
  }
  return count;
}

int64_t PairCount::pairs(const MaskSizes &sizes) const {
  int64_t count = 0;
  for (int64_t q = 0; q < sizes.queries; ++q)
    count += keysOf(q, sizes);
  return count;
}

} // namespace loup
