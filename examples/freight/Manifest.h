// The facts of one manifest, and their JSON.
#pragma once

#include "examples/freight/ClosedSets.h"

#include <string>
#include <vector>

namespace loup::freight {

/// A number as it is typed, with the unit it is in.
struct Quantity {
  std::string value; // empty: not given
  const Term *unit = nullptr;
};

struct Container {
  std::string count;          // such as "2" of "2x40HC"; empty where the number is given
  std::string number;         // ISO 6346
  const Term *type = nullptr; // any of the three may be missing, not all
};

struct Item {
  const Good *good = nullptr;
  Quantity packages; // the unit is the kind of package
  Quantity weight;
  Quantity temperature;
  std::string unNumber; // four digits
};

/// Whatever is missing is empty or null. Dates are written 2026-03-14.
struct Manifest {
  std::string bill, shipper;
  const Term *from = nullptr, *to = nullptr;
  std::string departure, arrival;
  std::vector<Container> containers;
  std::vector<Item> goods;
};

/// One line, no spaces but those inside values, keys in the order of README.md.
std::string json(const Manifest &manifest);

} // namespace loup::freight
