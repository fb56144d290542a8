// The types a key's value can have. Each one reads a TOML value, or reports why it cannot and
// where, says for the manual what it takes, and writes a value as a description would.
#pragma once

#include "frontend/KeyAdvice.h"
#include "frontend/Nearest.h"
#include "frontend/NotYet.h"
#include "frontend/Toml.h"
#include "frontend/Words.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loup {

/// What goes along while a file is read.
struct Reading {
  Diagnostics &diagnostics;
  const std::vector<KeyHelp> &language; // every key there is
};

/// One value to be read: where it stands and what it is called.
struct Input {
  const Reading &reading;
  std::string_view key;
  const toml::node &node;

  void refuse(std::string message) const;
  void refuseType(std::string_view wanted) const; // "'width' must be a whole number, not a string"
  void refuseWord(std::string_view word, std::vector<std::string_view> known) const;
};

/// A whole number of [low, high].
struct WholeNumber {
  using Result = int64_t;
  int64_t low, high;

  std::optional<int64_t> read(const Input &input) const;
  std::string describe() const;
  std::string write(int64_t value) const;
};

/// A number, finite, and above or at `low`, below or at `high`.
struct Number {
  using Result = double;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool aboveLow = false, belowHigh = false; // the limit itself is excluded

  static Number from(double low) { return {.low = low}; }
  static Number above(double low) { return {.low = low, .aboveLow = true}; }
  Number to(double limit) const { return {low, limit, aboveLow, false}; }
  Number below(double limit) const { return {low, limit, aboveLow, true}; }

  std::optional<double> read(const Input &input) const;
  bool contains(double value) const;
  std::string limits() const; // "at least 0 and below 1"
  std::string describe() const;
  std::string write(double value) const;
};

/// An array of two numbers.
struct NumberPair {
  using Result = std::array<double, 2>;
  Number each;

  std::optional<Result> read(const Input &input) const;
  std::string describe() const;
  std::string write(const Result &value) const;
};

struct Flag {
  using Result = bool;

  std::optional<bool> read(const Input &input) const;
  std::string describe() const { return "'true' or 'false'"; }
  std::string write(bool value) const { return value ? "true" : "false"; }
};

/// A string, not empty.
struct Text {
  using Result = std::string;

  std::optional<std::string> read(const Input &input) const;
  std::string describe() const { return "string"; }
  std::string write(const std::string &value) const { return '"' + value + '"'; }
};

/// A token as the text spells it; where the text is ids, a number.
struct Token {
  using Result = std::string;

  std::optional<std::string> read(const Input &input) const;
  std::string describe() const { return "word; with `ids` a number"; }
  std::string write(const std::string &value) const { return '"' + value + '"'; }
};

/// An array of words, none twice: what SentencePiece takes for symbols of the user.
struct Symbols {
  using Result = std::vector<std::string>;

  std::optional<Result> read(const Input &input) const;
  std::string describe() const { return "array of words"; }
  std::string write(const Result &) const { return "[]"; }
};

/// A mask, in the language of ir/masks/MaskExpression.h.
struct Mask {
  using Result = std::string; // its words, white space normalised

  std::optional<std::string> read(const Input &input) const;
  std::string describe() const { return "mask"; }
  std::string write(const std::string &value) const { return '"' + value + '"'; }
};

/// One of the words of an enumeration.
template <class E> struct OneWord {
  using Result = E;

  std::optional<E> read(const Input &input) const {
    const auto *text = input.node.as_string();
    if (!text) {
      input.refuseType(listWords(allWordsOf<E>()));
      return {};
    }
    for (const Word<E> &word : wordsOf<E>)
      if (word.text == text->get())
        return word.value;
    input.refuseWord(text->get(), allWordsOf<E>());
    return {};
  }

  std::string describe() const { return listWords(allWordsOf<E>()); }
  std::string write(E value) const { return '"' + std::string(wordOf(value)) + '"'; }
};

/// An array of such words, none twice.
template <class E> struct SomeWords {
  using Result = std::vector<Field<E>>;

  std::optional<Result> read(const Input &input) const {
    const auto *array = input.node.as_array();
    if (!array) {
      input.refuseType("an array of " + listWords(allWordsOf<E>()));
      return {};
    }
    Result result;
    bool good = true;
    for (const toml::node &node : *array) {
      Input one{input.reading, input.key, node};
      std::optional<E> word = OneWord<E>().read(one);
      good &= word.has_value();
      if (!word)
        continue;
      auto same = [&](const Field<E> &other) { return other.value == *word; };
      if (std::any_of(result.begin(), result.end(), same)) {
        one.refuse("'" + std::string(wordOf(*word)) + "' stands here twice");
        good = false;
      }
      result.emplace_back(*word).range = rangeOf(node);
    }
    return good ? std::optional(result) : std::nullopt;
  }

  std::string describe() const { return "array of " + listWords(allWordsOf<E>()); }
  std::string write(const Result &) const { return "[]"; }
};

} // namespace loup
