// What a manifest names by words: ports, goods, packages, units, container types. Each thing has
// one value, which the JSON holds, and many forms, which people type.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loup::freight {

/// `forms` lists phrases between ';', and the alternatives of a word between '|': "frozen|frz
/// shrimp;prawn" is "frozen shrimp", "frz shrimp" and "prawn".
struct Term {
  std::string_view value;
  std::string_view forms;
};

/// How goods travel, which decides containers and temperatures.
enum class Cargo { Dry, Reefer, Liquid, Oversize };

struct Good : Term {
  Cargo cargo = Cargo::Dry;
  std::string_view packages;      // values of `packages`, separated by spaces
  std::string_view unNumber = {}; // of dangerous goods
  int coldest = 0, warmest = 0;   // degrees Celsius, of cargo that is kept cold
};

/// UN/LOCODE; the forms are names. The code itself and its last three letters are forms as well.
std::span<const Term> ports();

std::span<const Good> goods();

/// Forms are singular.
std::span<const Term> packages();

std::span<const Term> weightUnits();
std::span<const Term> temperatureUnits();

/// ISO 6346 size and type codes.
std::span<const Term> containerTypes();

/// Those of `containerTypes` that carry such cargo.
std::span<const std::string_view> containersFor(Cargo cargo);

/// The term of this value; throws std::out_of_range where there is none.
const Term &find(std::span<const Term> terms, std::string_view value);

std::vector<std::string_view> split(std::string_view text, char separator);

/// All phrases that `forms` stands for.
std::vector<std::string> expand(std::string_view forms);

/// "box" is "boxes", "pallet" is "pallets".
std::string plural(std::string_view word);

} // namespace loup::freight
