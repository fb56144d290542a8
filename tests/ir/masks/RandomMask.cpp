#include "tests/ir/masks/RandomMask.h"

#include <array>

namespace loup::testing {
namespace {

struct RandomNumber {
  std::string text;
  std::function<int64_t(int64_t q, int64_t k)> value;
};

int below(std::mt19937 &random, int n) { return static_cast<int>(random() % n); }

std::string bracket(const std::string &text) { return "(" + text + ")"; }

RandomNumber randomNumber(std::mt19937 &random, int depth) {
  switch (below(random, depth > 0 ? 7 : 3)) {
  case 0:
    return {"q", [](int64_t q, int64_t) { return q; }};
  case 1:
    return {"k", [](int64_t, int64_t k) { return k; }};
  case 2: {
    int64_t n = below(random, 6);
    return {std::to_string(n), [=](int64_t, int64_t) { return n; }};
  }
  case 3: {
    RandomNumber a = randomNumber(random, depth - 1);
    return {"-" + bracket(a.text), [=](int64_t q, int64_t k) { return -a.value(q, k); }};
  }
  case 4: {
    int64_t n = below(random, 4);
    RandomNumber a = randomNumber(random, depth - 1);
    return {std::to_string(n) + "*" + bracket(a.text),
            [=](int64_t q, int64_t k) { return n * a.value(q, k); }};
  }
  default: {
    bool plus = below(random, 2);
    RandomNumber a = randomNumber(random, depth - 1), b = randomNumber(random, depth - 1);
    return {a.text + (plus ? "+" : " -") + bracket(b.text),
            [=](int64_t q, int64_t k) { return a.value(q, k) + (plus ? 1 : -1) * b.value(q, k); }};
  }
  }
}

RandomMask randomComparison(std::mt19937 &random) {
  static const std::array<std::pair<const char *, bool (*)(int64_t, int64_t)>, 6> signs = {{
      {"<", [](int64_t a, int64_t b) { return a < b; }},
      {"<=", [](int64_t a, int64_t b) { return a <= b; }},
      {">", [](int64_t a, int64_t b) { return a > b; }},
      {">=", [](int64_t a, int64_t b) { return a >= b; }},
      {"==", [](int64_t a, int64_t b) { return a == b; }},
      {"!=", [](int64_t a, int64_t b) { return a != b; }},
  }};
  RandomNumber a = randomNumber(random, 2), b = randomNumber(random, 2);
  auto first = signs[below(random, 6)], second = signs[below(random, 6)];
  std::string text = a.text + first.first + b.text;
  if (below(random, 3) > 0)
    return {text, [=](int64_t q, int64_t k, int64_t) {
              return first.second(a.value(q, k), b.value(q, k));
            }};
  RandomNumber c = randomNumber(random, 1);
  return {text + " " + second.first + " " + c.text, [=](int64_t q, int64_t k, int64_t) {
            return first.second(a.value(q, k), b.value(q, k)) &&
                   second.second(b.value(q, k), c.value(q, k));
          }};
}

RandomMask randomWord(std::mt19937 &random) {
  int64_t n = 1 + below(random, 5);
  switch (below(random, 4)) {
  case 0:
    return {"causal", [](int64_t q, int64_t k, int64_t) { return k <= q; }};
  case 1:
    return {"padding", [](int64_t, int64_t k, int64_t length) { return k < length; }};
  case 2:
    return {"window(" + std::to_string(n) + ")",
            [=](int64_t q, int64_t k, int64_t) { return std::abs(q - k) < n; }};
  default:
    return {"sink( " + std::to_string(n) + ")", [=](int64_t, int64_t k, int64_t) { return k < n; }};
  }
}

} // namespace

RandomMask randomMask(std::mt19937 &random, int depth) {
  switch (below(random, depth > 0 ? 6 : 2)) {
  case 0:
    return randomWord(random);
  case 1:
    return randomComparison(random);
  case 2: {
    RandomMask a = randomMask(random, depth - 1);
    return {"!" + bracket(a.text),
            [=](int64_t q, int64_t k, int64_t length) { return !a.allows(q, k, length); }};
  }
  default: {
    bool both = below(random, 2);
    RandomMask a = randomMask(random, depth - 1), b = randomMask(random, depth - 1);
    return {bracket(a.text) + (both ? "&" : " | ") + bracket(b.text),
            [=](int64_t q, int64_t k, int64_t length) {
              return both ? a.allows(q, k, length) && b.allows(q, k, length)
                          : a.allows(q, k, length) || b.allows(q, k, length);
            }};
  }
  }
}

} // namespace loup::testing
