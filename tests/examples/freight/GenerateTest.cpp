#include "examples/freight/Generate.h"

#include "examples/freight/ClosedSets.h"
#include "examples/freight/Compare.h"
#include "examples/freight/ContainerNumber.h"
#include "tests/examples/freight/Nearness.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

namespace loup::freight {
namespace {

std::string unquoted(const std::string &json) {
  nlohmann::json value = nlohmann::json::parse(json);
  return value.is_string() ? value.get<std::string>() : json;
}

template <typename T> std::string formsOf(std::span<const T> terms, const std::string &value) {
  for (const T &term : terms)
    if (term.value == value)
      return std::string(term.forms);
  return "";
}

/// Every form of a word of a closed set; empty where the value is in none.
std::vector<std::string> formsOf(Kind kind, const std::string &value) {
  switch (kind) {
  case Kind::Goods:
    return expand(formsOf(goods(), value));
  case Kind::Ports:
    return expand(formsOf(ports(), value) + ";" + value + ";" + value.substr(2));
  case Kind::Units:
    return expand(
        formsOf(value == "C" || value == "F" ? temperatureUnits() : weightUnits(), value));
  case Kind::Containers:
    return expand(formsOf(containerTypes(), value));
  case Kind::Packages:
    return expand(formsOf(packages(), value));
  case Kind::Copied:
    break;
  }
  return {};
}

bool standsIn(const std::string &text, const Field &field) {
  std::string value = unquoted(field.expected);
  std::smatch date;
  if (std::regex_match(value, date, std::regex("(\\d{4})-(\\d\\d)-(\\d\\d)"))) {
    std::string y = date[1], m = date[2], d = date[3];
    return text.find(value) != text.npos || text.find(d + "." + m + "." + y) != text.npos ||
           text.find(m + "/" + d + "/" + y) != text.npos;
  }
  if (field.kind() == Kind::Copied)
    return text.find(value) != text.npos;
  for (const std::string &form : formsOf(field.kind(), value))
    if (errorsBetween(lowered(form), lowered(text), true) <= 1)
      return true;
  return false;
}

TEST(Generate, GivesTheSameManifestsEverywhere) {
  // Golden: other lines mean that files made by others, and models trained on them, no longer fit.
  Example note = generate(1, 0, 1, Split::Train), bill = generate(1, 0, 3, Split::Train);
  EXPECT_EQ(note.text,
            R"(UN2216 / G.W. 200 kgs / POL UKB / dest Gdynia / cargo: fish meal 47 bgs)");
  EXPECT_EQ(note.json,
            R"({"from":"JPUKB","to":"PLGDY","goods":[{"name":"fish meal","count":47,"package":")"
            R"(bag","weight":{"value":200,"unit":"kg"},"un":"2216"}]})");
  EXPECT_EQ(bill.text,
            R"(shipper Atlas Timber BV said to contain beer B/L no. OOLU5095611208 ETD: 2026-03)"
            R"(-29 loading LCH EITU5692841 (40ft high cube), GESU1865359/40' HC, HLXU0010079 (4)"
            R"(0' HC), MRKU1115060 (40HC) POD: SEA)");
  EXPECT_EQ(bill.json,
            R"({"bill":"OOLU5095611208","shipper":"Atlas Timber BV","from":"THLCH","to":"USSEA")"
            R"(,"departure":"2026-03-29","containers":[{"number":"EITU5692841","type":"45G1"},{)"
            R"("number":"GESU1865359","type":"45G1"},{"number":"HLXU0010079","type":"45G1"},{"n)"
            R"(umber":"MRKU1115060","type":"45G1"}],"goods":[{"name":"beer"}]})");
}

TEST(Generate, DiffersBySeedAndNumber) {
  std::set<std::string> texts;
  for (uint64_t seed = 1; seed <= 10; ++seed)
    for (uint64_t i = 0; i < 100; ++i)
      texts.insert(generate(seed, i, 2, Split::Train).text);
  EXPECT_GT(texts.size(), 995u);
}

class Level : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Generate, Level, testing::Values(1, 2, 3));

TEST_P(Level, EveryValueStandsInTheText) {
  for (uint64_t i = 0; i < 400; ++i) {
    Example example = generate(7, i, GetParam(), Split::Train);
    for (const Field &field : compare("{}", example.json).fields)
      EXPECT_TRUE(standsIn(example.text, field))
          << field.path << " = " << field.expected << " in: " << example.text;
  }
}

TEST_P(Level, NumbersStandInTheTextDigitByDigit) {
  // Parsing drops the last zero of 18.50, so this looks at the line itself.
  std::regex number(":(-?[0-9.]+)[,}]");
  for (uint64_t i = 0; i < 400; ++i) {
    Example example = generate(8, i, GetParam(), Split::Train);
    for (std::sregex_iterator it(example.json.begin(), example.json.end(), number), end; it != end;
         ++it)
      EXPECT_NE(example.text.find((*it)[1]), std::string::npos)
          << (*it)[1] << " in: " << example.text;
  }
}

TEST_P(Level, JsonIsOneValidLineWithItsKeysInOrder) {
  const std::vector<std::string> order = {"bill",      "shipper", "from",       "to",
                                          "departure", "arrival", "containers", "goods"};
  for (uint64_t i = 0; i < 400; ++i) {
    Example example = generate(9, i, GetParam(), Split::Train);
    EXPECT_EQ((example.text + example.json).find('\n'), std::string::npos);
    auto json = nlohmann::ordered_json::parse(example.json);
    size_t last = 0;
    for (const auto &[key, value] : json.items()) {
      size_t at = std::ranges::find(order, key) - order.begin();
      ASSERT_LT(at, order.size()) << key;
      EXPECT_GE(at, last) << example.json;
      last = at;
    }
  }
}

TEST(Generate, FirstLevelIsShortWithOneContainerAndFewDigits) {
  for (uint64_t i = 0; i < 1000; ++i) {
    Example example = generate(3, i, 1, Split::Test);
    EXPECT_LE(example.text.size(), 140u) << example.text;
    EXPECT_FALSE(std::regex_search(example.text, std::regex("\\d{5}"))) << example.text;
    auto json = nlohmann::json::parse(example.json);
    EXPECT_LE(json.value("containers", nlohmann::json::array()).size(), 1u);
    EXPECT_LE(json.value("goods", nlohmann::json::array()).size(), 1u);
  }
}

TEST(Generate, LevelsGrowAndTheMixtureHoldsAll) {
  auto length = [](int level) {
    size_t sum = 0;
    for (uint64_t i = 0; i < 500; ++i)
      sum += generate(4, i, level, Split::Train).text.size();
    return sum / 500;
  };
  EXPECT_LT(length(1) * 3 / 2, length(2));
  EXPECT_LT(length(2) * 3 / 2, length(3));
  EXPECT_GT(length(0), length(1));
  EXPECT_LT(length(0), length(2));
}

TEST(Generate, ContainerNumbersHaveTheirCheckDigit) {
  std::regex number("[A-Z]{3}U\\d{7}\\b");
  int seen = 0;
  for (uint64_t i = 0; i < 300; ++i) {
    std::string text = generate(5, i, 3, Split::Train).text;
    for (std::sregex_iterator it(text.begin(), text.end(), number), end; it != end; ++it, ++seen)
      EXPECT_EQ(checkDigit(it->str().substr(0, 10)), it->str().back() - '0') << it->str();
  }
  EXPECT_GT(seen, 300);
}

TEST(Generate, SplitsHaveNoJsonInCommon) {
  std::set<std::string> train;
  for (uint64_t i = 0; i < 20000; ++i)
    train.insert(generate(1, i, 1, Split::Train).json);
  for (uint64_t i = 0; i < 2000; ++i) {
    EXPECT_FALSE(train.contains(generate(1, i, 1, Split::Test).json));
    EXPECT_FALSE(train.contains(generate(2, i, 1, Split::Valid).json));
  }
}

} // namespace
} // namespace loup::freight
