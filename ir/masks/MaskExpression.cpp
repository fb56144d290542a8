#include "ir/masks/MaskExpression.h"

#include "ir/masks/MaskNumber.h"
#include "ir/masks/MaskTokens.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <numeric>
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

/// A part of the text and what it means.
struct Part {
  std::variant<MaskNumber, MaskSet> meaning;
  size_t begin;
  size_t end;
  const MaskToken *document = nullptr; // where the part says so
};

/// Recursive descent over the grammar in MaskExpression.h: one function a rule.
class Parser {
public:
  Parser(std::string_view text, const std::vector<MaskToken> &tokens)
      : text(text), next(&tokens[0]) {}

  /// The set, and whether it holds within each document.
  std::pair<MaskSet, bool> parse() {
    Part mask = parseAlternatives();
    if (next->kind != Kind::End)
      failHere();
    return {condition(mask), mask.document != nullptr};
  }

private:
  Part parseAlternatives() {
    Part left = parseConjunction();
    while (accept("|")) {
      Part right = parseConjunction();
      refuseDocument(left, "|");
      refuseDocument(right, "|");
      left = bounded(condition(left).unite(condition(right)), left.begin, right.end);
    }
    return left;
  }

  Part parseConjunction() {
    Part left = parseNegation();
    while (accept("&")) {
      Part right = parseNegation();
      const MaskToken *document = left.document ? left.document : right.document;
      left = bounded(condition(left).intersect(condition(right)), left.begin, right.end);
      left.document = document;
    }
    return left;
  }

  Part parseNegation() {
    size_t begin = next->offset;
    if (!accept("!"))
      return parseComparison();
    Part hidden = nested(&Parser::parseNegation);
    refuseDocument(hidden, "!");
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
      all = all.intersect(compare(left, sign, right));
      left = std::move(right);
    }
    return bounded(std::move(all), begin, left.end);
  }

  MaskSet compare(const Part &left, std::string_view sign, const Part &right) const {
    MaskNumber more = number(left).plus(number(right).times(-1));
    MaskNumber less = more.times(-1), minusOne = MaskNumber::constant(-1);
    if (size_t count = more.pieces(); count > mostAlternatives)
      failAlternatives(count, left.begin, right.end);
    if (sign == "<")
      return less.plus(minusOne).atLeastZero();
    if (sign == "<=")
      return less.atLeastZero();
    if (sign == ">")
      return more.plus(minusOne).atLeastZero();
    if (sign == ">=")
      return more.atLeastZero();
    if (sign == "==")
      return less.isZero();
    return less.plus(minusOne).atLeastZero().unite(more.plus(minusOne).atLeastZero());
  }

  Part parseSum() {
    Part left = parseProduct();
    while (next->text == "+" || next->text == "-") {
      int64_t sign = (next++)->text == "+" ? 1 : -1;
      Part right = parseProduct();
      left = bounded(number(left).plus(number(right).times(sign)), left.begin, right.end);
    }
    return left;
  }

  Part parseProduct() {
    Part left = parseFactor();
    while (next->text == "*" || next->text == "%") {
      bool isRemainder = (next++)->text == "%";
      Part right = parseFactor();
      left = isRemainder ? remainder(left, right) : product(left, right);
    }
    return left;
  }

  Part product(const Part &left, const Part &right) const {
    MaskNumber a = number(left), b = number(right);
    if (!b.isConstant())
      std::swap(a, b);
    if (!b.isConstant())
      fail(left.begin, right.end, "a position may only be multiplied by a constant");
    return bounded(a.times(b.value()), left.begin, right.end);
  }

  Part remainder(const Part &left, const Part &right) {
    const MaskNumber &divisor = number(right);
    if (!divisor.isConstant() || divisor.value() < 1)
      fail(right.begin, right.end, "'%' needs a whole number of at least 1 on its right");
    const MaskNumber &dividend = number(left);
    std::string most = std::to_string(ResidueClasses::largestModulus);
    int64_t common = std::lcm(modulus, dividend.modulusOfRemainder(divisor.value()));
    if (common > ResidueClasses::largestModulus)
      fail(right.begin, right.end,
           divisor.value() > ResidueClasses::largestModulus
               ? "a mask's moduli go to " + most
               : "this modulus and those before it have the least common multiple " +
                     std::to_string(common) + "; a mask's may be at most " + most);
    modulus = common;
    return bounded(dividend.remainder(divisor.value()), left.begin, right.end);
  }

  Part parseFactor() {
    const MaskToken &token = *next;
    if (accept("-")) {
      Part part = nested(&Parser::parseFactor);
      return {number(part).times(-1), token.offset, part.end};
    }
    if (accept("(")) {
      Part inner = nested(&Parser::parseAlternatives);
      if (next->kind == Kind::End)
        fail(token.offset, token.end(), "this bracket is never closed");
      if (!accept(")"))
        failHere();
      return {std::move(inner.meaning), token.offset, next[-1].end(), inner.document};
    }
    if (token.kind == Kind::Number) {
      ++next;
      return {MaskNumber::constant(token.number), token.offset, token.end()};
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
    auto plain = [&](auto meaning) {
      refuseBrackets(token);
      return part(std::move(meaning));
    };
    if (word == "q")
      return plain(MaskNumber::q());
    if (word == "k")
      return plain(MaskNumber::k());
    count(token.offset, token.end());
    if (word == "causal")
      return plain(MaskSet::where({.query = 1, .key = -1}));
    if (word == "padding")
      return plain(MaskSet::where({.key = -1, .length = 1, .constant = -1}));
    if (word == "window") {
      int64_t n = parseArgument(token);
      return part(MaskSet::where({.query = -1, .key = 1, .constant = n - 1})
                      .intersect(MaskSet::where({.query = 1, .key = -1, .constant = n - 1})));
    }
    if (word == "sink") {
      int64_t n = parseArgument(token);
      return part(MaskSet::where({.key = -1, .constant = n - 1}));
    }
    if (word == "prefix")
      return plain(MaskSet::where({.key = -1, .prefix = 1, .constant = -1}));
    if (word == "present")
      return plain(MaskSet::where({.present = 1, .constant = -1}));
    if (word == "document") {
      Part document = plain(MaskSet::all());
      document.document = &token;
      return document;
    }
    if (word == "length")
      fail(token.offset, token.end(),
           "'length' is no word of masks; 'padding' by itself says k < length, and no mask sees "
           "more than that");
    fail(token.offset, token.end(),
         "unknown word '" + std::string(word) +
             "' in a mask; it may hold causal, padding, window(n), sink(n), prefix, present, "
             "document, q and k",
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
    if (next->kind == Kind::End)
      fail(next->offset, next->end(), "'" + name + "' takes one number; ')' is missing here");
    if (name == "window" && next->text == "," && next[1].kind == Kind::Number)
      fail(next->offset, next[1].end(),
           "'window' takes one number, for both sides; " + std::string(token.text) +
               " positions back and " + std::string(next[1].text) + " ahead are q - " +
               std::string(token.text) + " <= k <= q + " + std::string(next[1].text));
    if (!accept(")"))
      fail(next->offset, next->end(), "'" + name + "' takes one number and nothing behind it");
    return token.number;
  }

  /// `present()`, `prefix(3)`.
  void refuseBrackets(const MaskToken &word) const {
    if (next->text != "(")
      return;
    const MaskToken &number = next[1];
    bool isNumber = number.kind == Kind::Number;
    const MaskToken &last = next[isNumber ? 2 : 1];
    if (last.text != ")")
      return;
    std::string name(word.text);
    if (name == "prefix" && isNumber && number.number > 0)
      fail(word.offset, last.end(), "'prefix' takes no number: the data say how much is given",
           "sink(" + std::string(number.text) + ")");
    fail(word.offset, last.end(), "'" + name + "' takes nothing in brackets", name);
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

  /// `document` is no set of pairs: it says within which sequence q and k count.
  static void refuseDocument(const Part &part, std::string_view sign) {
    if (part.document)
      fail(part.document->offset, part.document->end(),
           "'document' cuts a row into sequences of their own, for the whole mask; it cannot stand "
           "under '" +
               std::string(sign) + "', only beside '&'");
  }

  /// The part as a condition.
  const MaskSet &condition(const Part &part) const {
    if (const MaskSet *set = std::get_if<MaskSet>(&part.meaning))
      return *set;
    fail(part.begin, part.end,
         quote(part) + " is a number where a condition is needed; compare it, as in k <= q");
  }

  /// The part as a number.
  const MaskNumber &number(const Part &part) const {
    if (const MaskNumber *value = std::get_if<MaskNumber>(&part.meaning))
      return *value;
    bool isWord = llvm::isAlpha(text[part.begin]);
    fail(part.begin, part.end,
         quote(part) + " is a condition where a number is needed" +
             (isWord ? "; it stands by itself, without a comparison" : ""));
  }

  Part bounded(MaskNumber value, size_t begin, size_t end) const {
    if (value.largestFactor() > largestFactor)
      fail(begin, end, "a position may be multiplied by at most " + std::to_string(largestFactor));
    if (value.largestConstant() > largestMaskNumber)
      fail(begin, end,
           "this number exceeds " + std::to_string(largestMaskNumber) +
               ", the largest a mask may hold");
    return {std::move(value), begin, end};
  }

  Part bounded(MaskSet set, size_t begin, size_t end) const {
    if (set.size() > mostAlternatives)
      failAlternatives(set.size(), begin, end);
    return {std::move(set), begin, end};
  }

  /// At a token that joins nothing to what stands before it.
  [[noreturn]] void failHere() const {
    if (next->text == ",")
      fail(next->offset, next->end(), "',' is no sign of masks", "&");
    fail(next->offset, next->end(),
         next->text == ")"
             ? "this bracket closes nothing"
             : "'" + std::string(next->text) + "' cannot follow here; join conditions with & or |");
  }

  [[noreturn]] static void failAlternatives(size_t count, size_t begin, size_t end) {
    fail(begin, end,
         "this comes to " + std::to_string(count) + " alternatives; a mask may have " +
             std::to_string(mostAlternatives));
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
  int64_t modulus = 1; // the least common multiple of those read
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
  auto [set, perDocument] = Parser(text, tokens).parse();
  return MaskExpression(joinMaskTokens(tokens), std::move(set), perDocument);
}

bool MaskExpression::says(std::string_view word) const {
  return llvm::any_of(tokenizeMask(text), [&](const MaskToken &token) {
    return token.kind == Kind::Word && token.text == word;
  });
}

} // namespace loup
