#include "tests/ir/masks/RandomMask.h"

#include <array>

namespace loup::test {
namespace {

struct RandomNumber {
  std::string text;
  std::function<int64_t(int64_t q, int64_t k)> value;
};

int below(std::mt19937 &random, int n) { return static_cast<int>(random() % n); }

std::string bracket(const std::string &text) { return "(" + text + ")"; }

RandomNumber randomNumber(std::mt19937 &random, int depth, Language language) {
  if (language == Language::Whole && depth > 0 && below(random, 4) == 0) {
    int64_t n = std::array{2, 3, 4, 6}[below(random, 4)];
    RandomNumber a = randomNumber(random, depth - 1, language);
    return {bracket(a.text) + "%" + std::to_string(n),
            [=](int64_t q, int64_t k) { return (a.value(q, k) % n + n) % n; }};
  }
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
    RandomNumber a = randomNumber(random, depth - 1, language);
    return {"-" + bracket(a.text), [=](int64_t q, int64_t k) { return -a.value(q, k); }};
  }
  case 4: {
    int64_t n = below(random, 4);
    RandomNumber a = randomNumber(random, depth - 1, language);
    return {std::to_string(n) + "*" + bracket(a.text),
            [=](int64_t q, int64_t k) { return n * a.value(q, k); }};
  }
  default: {
    bool plus = below(random, 2);
    RandomNumber a = randomNumber(random, depth - 1, language),
                 b = randomNumber(random, depth - 1, language);
    return {a.text + (plus ? "+" : " -") + bracket(b.text),
            [=](int64_t q, int64_t k) { return a.value(q, k) + (plus ? 1 : -1) * b.value(q, k); }};
  }
  }
}

RandomMask randomComparison(std::mt19937 &random, Language language) {
  static const std::array<std::pair<const char *, bool (*)(int64_t, int64_t)>, 6> signs = {{
      {"<", [](int64_t a, int64_t b) { return a < b; }},
      {"<=", [](int64_t a, int64_t b) { return a <= b; }},
      {">", [](int64_t a, int64_t b) { return a > b; }},
      {">=", [](int64_t a, int64_t b) { return a >= b; }},
      {"==", [](int64_t a, int64_t b) { return a == b; }},
      {"!=", [](int64_t a, int64_t b) { return a != b; }},
  }};
  RandomNumber a = randomNumber(random, 2, language), b = randomNumber(random, 2, language);
  auto first = signs[below(random, 6)], second = signs[below(random, 6)];
  std::string text = a.text + first.first + b.text;
  if (below(random, 3) > 0)
    return {text, [=](int64_t q, int64_t k, const Facts &) {
              return first.second(a.value(q, k), b.value(q, k));
            }};
  RandomNumber c = randomNumber(random, 1, language);
  return {text + " " + second.first + " " + c.text, [=](int64_t q, int64_t k, const Facts &) {
            return first.second(a.value(q, k), b.value(q, k)) &&
                   second.second(b.value(q, k), c.value(q, k));
          }};
}

RandomMask randomWord(std::mt19937 &random, Language language) {
  int64_t n = 1 + below(random, 5);
  switch (below(random, language == Language::Whole ? 6 : 4)) {
  case 0:
    return {"causal", [](int64_t q, int64_t k, const Facts &) { return k <= q; }};
  case 1:
    return {"padding", [](int64_t, int64_t k, const Facts &facts) { return k < facts.length; }};
  case 2:
    return {"window(" + std::to_string(n) + ")",
            [=](int64_t q, int64_t k, const Facts &) { return std::abs(q - k) < n; }};
  case 4:
    return {"prefix", [](int64_t, int64_t k, const Facts &facts) { return k < facts.prefix; }};
  case 5:
    return {"present", [](int64_t, int64_t, const Facts &facts) { return facts.present; }};
  default:
    return {"sink( " + std::to_string(n) + ")",
            [=](int64_t, int64_t k, const Facts &) { return k < n; }};
  }
}

} // namespace

RandomMask randomMask(std::mt19937 &random, int depth, Language language) {
  switch (below(random, depth > 0 ? 6 : 2)) {
  case 0:
    return randomWord(random, language);
  case 1:
    return randomComparison(random, language);
  case 2: {
    RandomMask a = randomMask(random, depth - 1, language);
    return {"!" + bracket(a.text),
            [=](int64_t q, int64_t k, const Facts &facts) { return !a.truth(q, k, facts); }};
  }
  default: {
    bool both = below(random, 2);
    RandomMask a = randomMask(random, depth - 1, language);
    RandomMask b = randomMask(random, depth - 1, language);
    return {bracket(a.text) + (both ? "&" : " | ") + bracket(b.text),
            [=](int64_t q, int64_t k, const Facts &facts) {
              return both ? a.truth(q, k, facts) && b.truth(q, k, facts)
                          : a.truth(q, k, facts) || b.truth(q, k, facts);
            }};
  }
  }
}

} // namespace loup::test
