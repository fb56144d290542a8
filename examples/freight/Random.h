// Random numbers that are the same on every machine: the standard library fixes the bits of its
// engines, but not what its distributions make of them.
#pragma once

#include <cstdint>
#include <iterator>
#include <utility>

namespace loup::freight {

/// SplitMix64 (Steele, Lea and Flood, 2014): a scrambled counter, so any start is a good one.
class Random {
public:
  /// Independent streams for every pair.
  Random(uint64_t seed, uint64_t stream) : state(scramble(scramble(seed) + stream)) {}

  /// Uniform in [0, count), count at most 2^32.
  uint32_t below(uint64_t count) { return static_cast<uint32_t>((next() >> 32) * count >> 32); }

  /// Uniform in [first, last].
  int between(int first, int last) { return first + static_cast<int>(below(last - first + 1)); }

  /// True in `percent` of 100 cases.
  bool chance(int percent) { return below(100) < static_cast<uint32_t>(percent); }

  template <typename Items> const auto &pick(const Items &items) {
    return items[below(std::size(items))];
  }

  template <typename Items> void shuffle(Items &items) {
    for (size_t i = std::size(items); i > 1; --i)
      std::swap(items[i - 1], items[below(i)]);
  }

  static uint64_t scramble(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

private:
  uint64_t state;

  uint64_t next() { return scramble(state += 0x9e3779b97f4a7c15); }
};

} // namespace loup::freight
