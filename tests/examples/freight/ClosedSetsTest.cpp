#include "examples/freight/ClosedSets.h"
#include "examples/freight/ContainerNumber.h"
#include "examples/freight/TypeManifest.h"
#include "tests/examples/freight/Nearness.h"

#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <set>

namespace loup::freight {
namespace {

/// Everything that is typed for the values of one set, each meant for one of them only.
class Typed {
public:
  void add(const std::string &phrase, std::string_view value) {
    addExactly(phrase, value);
    for (uint64_t i = 0; i < 500; ++i) {
      Random random(1, i);
      addExactly(mistype(random, phrase), value);
    }
  }

  template <typename T> void add(std::span<const T> terms) {
    for (const Term &term : terms)
      for (const std::string &phrase : expand(term.forms))
        add(phrase, term.value);
  }

private:
  std::map<std::string, std::string_view> meaning;

  void addExactly(const std::string &phrase, std::string_view value) {
    auto [entry, isNew] = meaning.emplace(lowered(phrase), value);
    EXPECT_EQ(entry->second, value) << '"' << phrase << "\" may be either";
  }
};

TEST(ClosedSets, NoTwoPortsAreTypedAlike) {
  Typed typed;
  typed.add(ports());
  for (const Term &port : ports()) {
    typed.add(std::string(port.value), port.value);
    typed.add(std::string(port.value.substr(2)), port.value);
  }
}

TEST(ClosedSets, NoTwoPackagesAreTypedAlike) {
  Typed typed;
  typed.add(packages());
  for (const Term &package : packages())
    for (const std::string &phrase : expand(package.forms))
      typed.add(plural(phrase), package.value);
}

TEST(ClosedSets, NoTwoOfAnyOtherSetAreTypedAlike) {
  Typed().add(goods());
  Typed().add(weightUnits());
  Typed().add(temperatureUnits());
  Typed().add(containerTypes());
}

TEST(ClosedSets, PortsHaveCodesOfCountryAndPlace) {
  std::set<std::string_view> codes;
  for (const Term &port : ports()) {
    EXPECT_TRUE(std::regex_match(std::string(port.value), std::regex("[A-Z]{5}"))) << port.value;
    codes.insert(port.value);
  }
  EXPECT_EQ(codes.size(), ports().size());
}

TEST(ClosedSets, EveryGoodCanBePackedAndShipped) {
  for (const Good &good : goods()) {
    for (std::string_view package : split(good.packages, ' '))
      EXPECT_EQ(find(packages(), package).value, package);
    for (std::string_view container : containersFor(good.cargo))
      EXPECT_EQ(find(containerTypes(), container).value, container);
    EXPECT_EQ(good.cargo == Cargo::Reefer, good.warmest != good.coldest) << good.value;
    EXPECT_TRUE(good.unNumber.empty() ||
                std::regex_match(std::string(good.unNumber), std::regex("\\d{4}")));
  }
}

TEST(ClosedSets, FormsExpandToAllPhrases) {
  EXPECT_EQ(expand("frozen|frz shrimp|shrimps;prawn"),
            (std::vector<std::string>{"frozen shrimp", "frozen shrimps", "frz shrimp",
                                      "frz shrimps", "prawn"}));
}

TEST(ContainerNumber, HasTheCheckDigitOfIso6346) {
  EXPECT_EQ(checkDigit("CSQU305438"), 3); // the example of the standard
  EXPECT_EQ(checkDigit("TOLU473478"), 7);
  EXPECT_EQ(checkDigit("TASU117000"), 10); // no digit has this remainder
}

TEST(Mistype, MakesAtMostOneErrorBehindTheFirstLetterOfALongWord) {
  std::set<std::string> typed;
  for (uint64_t i = 0; i < 500; ++i) {
    Random random(1, i);
    std::string phrase = mistype(random, "40ft high cube reefer");
    typed.insert(phrase);
    EXPECT_EQ(phrase.substr(0, 16), "40ft high cube r");
    EXPECT_LE(errorsBetween("40ft high cube reefer", phrase), 1) << phrase;
  }
  EXPECT_TRUE(typed.contains("40ft high cube refer"));
  EXPECT_TRUE(typed.contains("40ft high cube reeefer"));
  EXPECT_TRUE(typed.contains("40ft high cube reefre"));
  EXPECT_TRUE(typed.contains("40ft high cube reeger"));

  Random random(1, 1);
  EXPECT_EQ(mistype(random, "40' HC RQ"), "40' HC RQ");
}

} // namespace
} // namespace loup::freight
