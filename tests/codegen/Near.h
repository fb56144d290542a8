// Comparing floats with the doubles that they should be.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

namespace loup::test {

/// Of a pair (is, should be): equal to `tolerance`, absolute up to 1 and relative above.
MATCHER_P(IsNear, tolerance, "") {
  double is = std::get<0>(arg), shouldBe = std::get<1>(arg);
  return std::abs(is - shouldBe) <= tolerance * std::max(1.0, std::abs(shouldBe));
}

} // namespace loup::test
