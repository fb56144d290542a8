// What distances add to scores, as the papers' code has it.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace loup::test {

/// get_slopes of Press et al. (2022).
inline std::vector<double> alibiSlopes(int heads) {
  if (std::has_single_bit(static_cast<unsigned>(heads))) {
    double start = std::pow(2, -std::pow(2, -(std::log2(heads) - 3))), slope = 1;
    std::vector<double> slopes;
    for (int i = 0; i < heads; ++i)
      slopes.push_back(slope *= start);
    return slopes;
  }
  int before = 1 << static_cast<int>(std::floor(std::log2(heads)));
  std::vector<double> slopes = alibiSlopes(before), next = alibiSlopes(2 * before);
  for (int i = 0; i < heads - before; ++i)
    slopes.push_back(next[2 * i]);
  return slopes;
}

/// _relative_position_bucket of Raffel et al. (2020), for key minus query.
inline int relativeBucket(int difference, int count, int furthest, bool oneSided) {
  int bucket = 0;
  if (!oneSided) {
    count /= 2;
    bucket = difference > 0 ? count : 0;
    difference = std::abs(difference);
  } else {
    difference = -std::min(difference, 0);
  }
  int exact = count / 2;
  if (difference < exact)
    return bucket + difference;
  float size = std::log(static_cast<float>(difference) / static_cast<float>(exact)) /
               static_cast<float>(std::log(static_cast<double>(furthest) / exact));
  int large = exact + static_cast<int>(size * static_cast<float>(count - exact));
  return bucket + std::min(large, count - 1);
}

} // namespace loup::test
