#include "ir/masks/PairCount.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>

namespace loup {
namespace {

/// Queries from `first` to `last`; none where `last` is less.
struct Interval {
  int64_t first, last;
};

/// Leaves of `queries` those for which weight * q + rest >= 0.
void cut(Interval &queries, int64_t weight, int64_t rest) {
  if (weight > 0)
    queries.first = std::max(queries.first, -llvm::divideFloorSigned(rest, weight));
  else if (weight < 0)
    queries.last = std::min(queries.last, llvm::divideFloorSigned(rest, -weight));
  else if (rest < 0)
    queries.last = queries.first - 1;
}

/// Leaves of `queries` those for which all conditions hold with one key.
Interval queriesWhere(const std::vector<MaskCondition> &conditions, Interval queries, int64_t k,
                      const MaskSizes &sizes, bool isPresent) {
  for (const MaskCondition &c : conditions) {
    int64_t rest = c.value(0, k, sizes, isPresent);
    cut(queries, c.query, rest);
    if (c.equality)
      cut(queries, -c.query, -rest);
  }
  return queries;
}

/// How many q of some interval have q mod modulus = rest.
int64_t countInUnion(std::vector<Interval> &intervals, int64_t modulus, int64_t rest) {
  if (intervals.empty())
    return 0;
  std::ranges::sort(intervals, {}, &Interval::first);
  int64_t count = 0, next = intervals.front().first; // all before `next` are counted
  for (const Interval &queries : intervals) {
    int64_t first = std::max(queries.first, next);
    if (queries.last < first)
      continue;
    count += llvm::divideFloorSigned(queries.last - rest, modulus) -
             llvm::divideFloorSigned(first - 1 - rest, modulus);
    next = queries.last + 1;
  }
  return count;
}

} // namespace

PairCount::PairCount(const MaskSet &allowed)
    : alternatives(allowed.alternatives()), modulus(allowed.modulus()) {}

int64_t PairCount::queriesOf(int64_t k, const MaskSizes &sizes, bool isPresent,
                             int64_t first) const {
  int64_t count = 0;
  std::vector<Interval> intervals;
  for (int64_t rest = 0; rest < modulus; ++rest) {
    intervals.clear();
    for (const MaskAlternative &alternative : alternatives)
      if (alternative.classes.contains(rest, k))
        intervals.push_back(
            queriesWhere(alternative.conditions, {first, sizes.queries - 1}, k, sizes, isPresent));
    count += countInUnion(intervals, modulus, rest);
  }
  return count;
}

} // namespace loup
