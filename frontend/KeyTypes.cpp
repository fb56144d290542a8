#include "frontend/KeyTypes.h"

#include "frontend/StringPlace.h"
#include "frontend/TokenId.h"
#include "ir/masks/MaskExpression.h"
#include "runtime/Utf8.h"

#include <cmath>
#include <fmt/format.h>

namespace loup {
namespace {

std::string_view typeName(const toml::node &node) {
  switch (node.type()) {
  case toml::node_type::table:
    return "a table";
  case toml::node_type::array:
    return "an array";
  case toml::node_type::string:
    return "a string";
  case toml::node_type::integer:
    return "a whole number";
  case toml::node_type::floating_point:
    return "a number with a point";
  case toml::node_type::boolean:
    return "a truth value";
  default:
    return "a date or a time";
  }
}

/// As a description would write it: 1e-5, not 1e-05.
std::string writeNumber(double value) {
  std::string text = fmt::format("{}", value);
  if (size_t zero = text.find("e-0"); zero != std::string::npos)
    text.erase(zero + 2, 1);
  return text;
}

} // namespace

void Input::refuse(std::string message) const {
  reading.diagnostics.error(rangeOf(node), std::move(message));
}

void Input::refuseType(std::string_view wanted) const {
  refuse(fmt::format("'{}' must be {}, not {}", key, wanted, typeName(node)));
}

void Input::refuseWord(std::string_view word, std::vector<std::string_view> known) const {
  if (isNotYet(key, word))
    refuse(fmt::format("'{}' is not supported yet; '{}' can be {}", word, key, listWords(known)));
  else
    refuse(fmt::format("unknown word '{}' for '{}'; {}", printable(word), key,
                       whatInstead(word, known)));
}

std::optional<int64_t> WholeNumber::read(const Input &input) const {
  const auto *number = input.node.as_integer();
  if (!number) {
    input.refuseType("a " + describe());
    return {};
  }
  if (number->get() < low || number->get() > high) {
    input.refuse(fmt::format("'{}' must be from {} to {}", input.key, low, high));
    return {};
  }
  return number->get();
}

std::string WholeNumber::describe() const {
  return fmt::format("whole number from {} to {}", low, high);
}

std::string WholeNumber::write(int64_t value) const { return fmt::to_string(value); }

bool Number::contains(double value) const {
  return std::isfinite(value) && (aboveLow ? value > low : value >= low) &&
         (belowHigh ? value < high : value <= high);
}

std::string Number::limits() const {
  std::string text;
  if (std::isfinite(low))
    text = fmt::format("{} {}", aboveLow ? "above" : "at least", writeNumber(low));
  if (std::isfinite(high))
    text += fmt::format("{}{} {}", text.empty() ? "" : " and ", belowHigh ? "below" : "at most",
                        writeNumber(high));
  return text.empty() ? "finite" : text;
}

std::optional<double> Number::read(const Input &input) const {
  std::optional<double> number;
  if (const auto *whole = input.node.as_integer())
    number = static_cast<double>(whole->get());
  else if (const auto *real = input.node.as_floating_point())
    number = real->get();
  if (!number) {
    input.refuseType("a number");
    return {};
  }
  if (!contains(*number)) {
    input.refuse(fmt::format("'{}' must be {}", input.key, limits()));
    return {};
  }
  return number;
}

std::string Number::describe() const { return "number, " + limits(); }
std::string Number::write(double value) const { return writeNumber(value); }

std::optional<NumberPair::Result> NumberPair::read(const Input &input) const {
  const auto *array = input.node.as_array();
  if (!array || array->size() != 2) {
    if (array)
      input.refuse(fmt::format("'{}' must be two numbers, not {}", input.key, array->size()));
    else
      input.refuseType("an array of two numbers");
    return {};
  }
  auto first = each.read({input.reading, input.key, *array->get(0)});
  auto second = each.read({input.reading, input.key, *array->get(1)});
  if (!first || !second)
    return {};
  return Result{*first, *second};
}

std::string NumberPair::describe() const { return "two numbers, each " + each.limits(); }

std::string NumberPair::write(const Result &value) const {
  return fmt::format("[{}, {}]", writeNumber(value[0]), writeNumber(value[1]));
}

std::optional<bool> Flag::read(const Input &input) const {
  if (const auto *flag = input.node.as_boolean())
    return flag->get();
  input.refuseType(describe());
  return {};
}

std::optional<std::string> Text::read(const Input &input) const {
  const auto *text = input.node.as_string();
  if (!text) {
    input.refuseType("a string");
    return {};
  }
  if (text->get().empty()) {
    input.refuse(fmt::format("'{}' must not be empty", input.key));
    return {};
  }
  return text->get();
}

std::optional<std::string> Token::read(const Input &input) const {
  if (const auto *id = input.node.as_integer())
    return fmt::to_string(id->get());
  if (input.node.is_string())
    return Text().read(input);
  input.refuseType("a token as the text spells it");
  return {};
}

std::optional<Symbols::Result> Symbols::read(const Input &input) const {
  const auto *array = input.node.as_array();
  if (!array) {
    input.refuseType("an array of strings");
    return {};
  }
  Result result;
  bool good = true;
  for (const toml::node &node : *array) {
    Input one{input.reading, input.key, node};
    std::optional<std::string> text = Text().read(one);
    good &= text.has_value();
    if (!text)
      continue;
    if (!canBeSymbol(*text)) {
      one.refuse(fmt::format("\"{}\" must be {}", *text, whatSymbolsAre));
      good = false;
    }
    if (std::find(result.begin(), result.end(), *text) != result.end()) {
      one.refuse(fmt::format("\"{}\" stands here twice", *text));
      good = false;
    }
    result.push_back(*text);
  }
  return good ? std::optional(result) : std::nullopt;
}

std::optional<std::string> Mask::read(const Input &input) const {
  const auto *text = input.node.as_string();
  if (!text) {
    input.refuseType("a mask such as \"causal & padding\"");
    return {};
  }
  auto refuse = [&](size_t offset, size_t length, std::string message) {
    input.reading.diagnostics.error(
        placeInString(input.reading.diagnostics.source(), rangeOf(input.node), offset, length),
        std::move(message));
    return std::nullopt;
  };
  try {
    return MaskExpression::parse(text->get()).words();
  } catch (const MaskError &error) {
    return refuse(error.offset, error.length, error.what());
  }
}

} // namespace loup
