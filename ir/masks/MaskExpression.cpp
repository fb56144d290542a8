#include "ir/masks/MaskExpression.h"

#include "ir/masks/MaskTokens.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <variant>

namespace loup {
namespace {

using Kind = MaskToken::Kind;

// What a mask may come to. Real masks have two or three of each; the bounds keep every proof short.
constexpr size_t mostBytes = 1000;
constexpr size_t mostComparisons = 32;
constexpr int64_t largestFactor = 16;
constexpr size_t deepestNesting = 32;
constexpr size_t mostAlternatives = 32;

/// query * q + key * k + constant.
struct Number {
  int64_t query = 0;
  int64_t key = 0;
  int64_t constant = 0;

  bool isConstant() const { return query == 0 && key == 0; }
};

/// A part of the text and what it means.
struct Part {
  std::variant<Number, MaskSet> meaning;
  size_t begin;
  size_t end;
};

/// low <= high.
MaskSet atMost(const Number &low, const Number &high) {
  return MaskSet::where({.query = high.query - low.query,
                         .key = high.key - low.key,
                         .constant = high.constant - low.constant});
}

/// low < high.
MaskSet below(const Number &low, Number high) {
  --high.constant;
  return atMost(low, high);
}

MaskSet compare(const Number &left, std::string_view sign, const Number &right) {
  if (sign == "<")
    return below(left, right);
  if (sign == "<=")
    return atMost(left, right);
  if (sign == ">")
    return below(right, left);
  if (sign == ">=")
    return atMost(right, left);
  if (sign == "==")
    return MaskSet::where({.query = right.query - left.query,
                           .key = right.key - left.key,
                           .constant = right.constant - left.constant,
                           .equality = true});
  return below(left, right).unite(below(right, left));
}

/// Recursive descent over the grammar in MaskExpression.h: one function a rule.
class Parser {
public:
  Parser(std::string_view text, const std::vector<MaskToken> &tokens)
      : text(text), next(&tokens[0]) {}

  MaskSet parse() {
    Part mask = parseAlternatives();
    if (next->kind != Kind::End)
      fail(next->offset, next->end(),
           next->text == ")" ? "this bracket closes nothing"
                             : "'" + std::string(next->text) + "' cannot follow here; join " +
                                   "conditions with & or |");
    return condition(mask);
  }

private:
  Part parseAlternatives() {
    Part left = parseConjunction();
    while (accept("|"))
      left = join(left, parseConjunction(), &MaskSet::unite);
    return left;
  }

  Part parseConjunction() {
    Part left = parseNegation();
    while (accept("&"))
      left = join(left, parseNegation(), &MaskSet::intersect);
    return left;
  }

  Part parseNegation() {
    size_t begin = next->offset;
    if (!accept("!"))
      return parseComparison();
    Part hidden = nested(&Parser::parseNegation);
    return bounded(condition(hidden).complement(), begin, hidden.end);
  }

  Part parseComparison() {
    Part left = parseSum();
    if (!isComparison(next->text))
      return left;
    size_t begin = left.begin;
    MaskSet all = MaskSet::all();
    while (isComparison(next->text)) {
      std::string_view sign = (next++)->text;
      Part right = parseSum();
      count(left.begin, right.end);
      all = all.intersect(compare(number(left), sign, number(right)));
      left = std::move(right);
    }
    return bounded(std::move(all), begin, left.end);
  }

  Part parseSum() {
    Part left = parseProduct();
    while (next->text == "+" || next->text == "-") {
      int64_t sign = (next++)->text == "+" ? 1 : -1;
      Part right = parseProduct();
      const Number &a = number(left), &b = number(right);
      left =
          bounded({a.query + sign * b.query, a.key + sign * b.key, a.constant + sign * b.constant},
                  left.begin, right.end);
    }
    return left;
  }

  Part parseProduct() {
    Part left = parseFactor();
    while (next->text == "*" || next->text == "%") {
      if (next->text == "%")
        fail(next->offset, next->end(), "'%' in a mask is not supported yet");
      ++next;
      Part right = parseFactor();
      Number a = number(left), b = number(right);
      if (!b.isConstant())
        std::swap(a, b);
      if (!b.isConstant())
        fail(left.begin, right.end, "a position may only be multiplied by a constant");
      left = bounded({a.query * b.constant, a.key * b.constant, a.constant * b.constant},
                     left.begin, right.end);
    }
    return left;
  }

  Part parseFactor() {
    const MaskToken &token = *next;
    if (accept("-")) {
      Part part = nested(&Parser::parseFactor);
      const Number &value = number(part);
      return {Number{-value.query, -value.key, -value.constant}, token.offset, part.end};
    }
    if (accept("(")) {
      Part inner = nested(&Parser::parseAlternatives);
      if (!accept(")"))
        fail(token.offset, token.end(), "this bracket is never closed");
      return {std::move(inner.meaning), token.offset, next[-1].end()};
    }
    if (token.kind == Kind::Number) {
      ++next;
      return {Number{0, 0, token.number}, token.offset, token.end()};
    }
    if (token.kind == Kind::Word)
      return parseWord();
    fail(token.offset, token.end(),
         next->kind == Kind::End
             ? "a condition is missing here, such as causal or k <= q"
             : "'" + std::string(token.text) + "' needs a condition or a number before it");
  }

  Part parseWord() {
    const MaskToken &token = *next++;
    std::string_view word = token.text;
    auto part = [&](auto meaning) {
      return Part{std::move(meaning), token.offset, next[-1].end()};
    };
    if (word == "q")
      return part(Number{.query = 1});
    if (word == "k")
      return part(Number{.key = 1});
    count(token.offset, token.end());
    if (word == "causal")
      return part(MaskSet::where({.query = 1, .key = -1}));
    if (word == "padding")
      return part(MaskSet::where({.key = -1, .length = 1, .constant = -1}));
    if (word == "window") {
      int64_t n = parseArgument(token);
      return part(MaskSet::where({.query = -1, .key = 1, .constant = n - 1})
                      .intersect(MaskSet::where({.query = 1, .key = -1, .constant = n - 1})));
    }
    if (word == "sink") {
      int64_t n = parseArgument(token);
      return part(MaskSet::where({.key = -1, .constant = n - 1}));
    }
    if (word == "prefix" || word == "present" || word == "document")
      fail(token.offset, token.end(), "the mask '" + std::string(word) + "' is not supported yet");
    fail(token.offset, token.end(),
         "unknown word '" + std::string(word) +
             "' in a mask; it may hold causal, padding, window(n), sink(n), q and k",
         nearestMaskWord(word));
  }

  /// The n of `window(n)`.
  int64_t parseArgument(const MaskToken &word) {
    std::string name(word.text);
    if (!accept("("))
      fail(word.offset, word.end(), "'" + name + "' needs a number of positions", name + "(64)");
    const MaskToken &token = *next;
    if (token.kind != Kind::Number || token.number == 0)
      fail(token.offset, token.end(), "'" + name + "' needs a number of at least 1 here");
    ++next;
    if (!accept(")"))
      fail(next->offset, next->end(), "'" + name + "' takes one number; ')' is missing here");
    return token.number;
  }

  Part nested(Part (Parser::*rule)()) {
    if (++depth > deepestNesting)
      fail(next->offset, next->end(),
           "brackets and signs nest more than " + std::to_string(deepestNesting) + " deep here");
    Part part = (this->*rule)();
    --depth;
    return part;
  }

  bool accept(std::string_view sign) {
    if (next->kind != Kind::Sign || next->text != sign)
      return false;
    ++next;
    return true;
  }

  static bool isComparison(std::string_view sign) {
    return sign == "<" || sign == "<=" || sign == ">" || sign == ">=" || sign == "==" ||
           sign == "!=";
  }

  Part join(const Part &left, const Part &right,
            MaskSet (MaskSet::*operation)(const MaskSet &) const) {
    return bounded((condition(left).*operation)(condition(right)), left.begin, right.end);
  }

  /// The part as a condition.
  const MaskSet &condition(const Part &part) const {
    if (const MaskSet *set = std::get_if<MaskSet>(&part.meaning))
      return *set;
    fail(part.begin, part.end,
         quote(part) + " is a number where a condition is needed; compare it, as in k <= q");
  }

  /// The part as a number.
  const Number &number(const Part &part) const {
    if (const Number *value = std::get_if<Number>(&part.meaning))
      return *value;
    fail(part.begin, part.end, quote(part) + " is a condition where a number is needed");
  }

  Part bounded(Number value, size_t begin, size_t end) const {
    if (std::max(std::abs(value.query), std::abs(value.key)) > largestFactor)
      fail(begin, end, "a position may be multiplied by at most " + std::to_string(largestFactor));
    if (std::abs(value.constant) > largestMaskNumber)
      fail(begin, end,
           "this number exceeds " + std::to_string(largestMaskNumber) +
               ", the largest a mask may hold");
    return {value, begin, end};
  }

  Part bounded(MaskSet set, size_t begin, size_t end) const {
    if (set.points().getNumDisjuncts() > mostAlternatives)
      fail(begin, end,
           "this comes to " + std::to_string(set.points().getNumDisjuncts()) +
               " alternatives; a mask may have " + std::to_string(mostAlternatives));
    return {std::move(set), begin, end};
  }

  void count(size_t begin, size_t end) {
    if (++comparisons > mostComparisons)
      fail(begin, end,
           "a mask may hold " + std::to_string(mostComparisons) +
               " words and comparisons; this is one more");
  }

  std::string quote(const Part &part) const {
    return "'" + std::string(text.substr(part.begin, part.end - part.begin)) + "'";
  }

  [[noreturn]] static void fail(size_t begin, size_t end, std::string message,
                                std::string suggestion = "") {
    throw MaskError(begin, end - begin, std::move(message), std::move(suggestion));
  }

  std::string_view text;
  const MaskToken *next;
  size_t comparisons = 0;
  size_t depth = 0;
};

} // namespace

MaskError::MaskError(size_t offset, size_t length, std::string message, std::string suggestion)
    : UserError(suggestion.empty() ? message : message + "; did you mean '" + suggestion + "'?"),
      offset(offset), length(length), message(std::move(message)),
      suggestion(std::move(suggestion)) {}

MaskExpression MaskExpression::parse(std::string_view text) {
  if (text.size() > mostBytes)
    throw MaskError(mostBytes, text.size() - mostBytes,
                    "a mask may have " + std::to_string(mostBytes) + " characters");
  std::vector<MaskToken> tokens = tokenizeMask(text);
  MaskSet set = Parser(text, tokens).parse();
  return MaskExpression(joinMaskTokens(tokens), std::move(set));
}

} // namespace loup
