// What is right and what is wrong in the JSON predicted for a manifest.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace loup::freight {

/// Words of closed sets, and what is copied from the text: numbers, identifiers, dates, shippers.
enum class Kind { Goods, Ports, Units, Containers, Packages, Copied };

constexpr std::array<std::string_view, 6> kindNames = {
    "goods", "ports", "units", "container types", "packages", "numbers and identifiers"};

/// One value, by its place in the JSON: "goods[0].weight.unit".
struct Field {
  std::string path;
  std::string expected, predicted; // as JSON; empty where there is none

  bool right() const { return expected == predicted; }
  Kind kind() const;
};

struct Comparison {
  bool validJson = false;
  std::vector<Field>
      fields; // of both, those expected first; of an invalid prediction nothing counts

  bool right() const;
};

/// Throws std::invalid_argument where `expected` is no JSON.
Comparison compare(const std::string &predicted, const std::string &expected);

/// Counts over many comparisons. A field is right where it is expected and predicted alike; one
/// that is predicted where none is expected counts as wrong.
struct Tally {
  struct Count {
    long right = 0, all = 0;
  };
  Count validJson, whole; // of manifests
  std::array<Count, kindNames.size()> fields = {};

  void add(const Comparison &comparison);
  Count closedSets() const; // every kind but what is copied
};

} // namespace loup::freight
