// Random masks, as text and as a truth that does not pass through Loup's sets.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>

namespace loup::test {

/// What a mask may know beside q and k.
struct Facts {
  int64_t length;
  int64_t prefix = 0;
  bool present = true; // the key
};

struct RandomMask {
  std::string text;
  std::function<bool(int64_t q, int64_t k, const Facts &facts)> truth;

  bool allows(int64_t q, int64_t k, int64_t length, int64_t prefix = 0, bool present = true) const {
    return truth(q, k, {length, prefix, present});
  }
};

/// `Linear`: without `%`, `prefix` and `present`.
enum class Language { Linear, Whole };

/// Any expression of the grammar, operators up to `depth` above each other, numbers up to 5 and
/// moduli of 2, 3, 4 and 6.
RandomMask randomMask(std::mt19937 &random, int depth, Language language = Language::Linear);

} // namespace loup::test
