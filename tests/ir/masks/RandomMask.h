// Random masks, as text and as a truth that does not pass through Loup's sets.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>

namespace loup::testing {

struct RandomMask {
  std::string text;
  std::function<bool(int64_t q, int64_t k, int64_t length)> allows;
};

/// Any expression of the grammar, operators up to `depth` above each other, numbers up to 5.
RandomMask randomMask(std::mt19937 &random, int depth);

} // namespace loup::testing
