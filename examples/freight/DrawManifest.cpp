#include "examples/freight/DrawManifest.h"

#include "examples/freight/ContainerNumber.h"

#include <chrono>
#include <cmath>
#include <fmt/format.h>

namespace loup::freight {

namespace {

// '#' is a digit, '@' a letter of the port of loading.
constexpr std::string_view billForms[] = {"MAEU#########", "COSU##########", "OOLU##########",
                                          "EGLV############", "HLCU@@@#########"};

// Owner codes of the largest carriers and lessors, with the category U, freight container.
constexpr std::string_view owners[] = {"MSKU", "MRKU", "MSCU", "MEDU", "CMAU", "HLXU", "HLBU",
                                       "OOLU", "CSNU", "EITU", "EMCU", "NYKU", "TCLU", "TGHU",
                                       "TEMU", "TRHU", "FCIU", "GESU", "ZCSU", "YMLU"};

constexpr std::string_view houses[] = {
    "Brandt",    "Nakamura", "Oliveira", "Van Dijk",  "Hansen",   "Petrov",   "Almeida", "Kowalski",
    "Golden",    "Pacific",  "Atlas",    "Baltic",    "Sunrise",  "Meridian", "Tan",     "Rossi",
    "Lindqvist", "Okafor",   "Sharma",   "Yildiz",    "Nordsee",  "Andes",    "Delta",   "Orient",
    "Keller",    "Moreau",   "Santos",   "Fernandez", "McKenzie", "Haddad",   "Pham",    "Suzuki"};
constexpr std::string_view trades[] = {"Foods",  "Seafood", "Trading", "Chemicals",
                                       "Steel",  "Textile", "Fruit",   "Machines",
                                       "Export", "Timber",  "Coffee",  "Plastics"};
constexpr std::string_view legalForms[] = {"GmbH", "Ltd", "BV", "SA", "Inc", "Co Ltd", "SpA", "AS"};

std::string fill(Random &random, std::string_view form, std::string_view letters) {
  std::string result;
  size_t letter = 0;
  for (char c : form)
    result += c == '#'   ? static_cast<char>('0' + random.below(10))
              : c == '@' ? letters[letter++]
                         : c;
  return result;
}

std::string drawContainerNumber(Random &random) {
  std::string number(random.pick(owners));
  std::string ownerAndSerial = fill(random, number + "######", "");
  if (checkDigit(ownerAndSerial) == 10)
    return drawContainerNumber(random);
  return ownerAndSerial + std::to_string(checkDigit(ownerAndSerial));
}

std::string drawShipper(Random &random) {
  std::string house(random.pick(houses)), trade(random.pick(trades));
  std::string shipper = house + " " + trade + " " + std::string(random.pick(legalForms));
  if (random.chance(30))
    for (char &c : shipper)
      c = static_cast<char>(std::toupper(c));
  return shipper;
}

/// A voyage of up to 50 days that leaves in 2025 or 2026.
void drawDates(Random &random, const Level &level, Manifest &manifest) {
  using namespace std::chrono;
  sys_days leaves = sys_days(2025y / January / 1) + days(random.below(730));
  sys_days arrives = leaves + days(random.between(2, 50));
  auto written = [](year_month_day date) {
    return fmt::format("{:04}-{:02}-{:02}", int(date.year()), unsigned(date.month()),
                       unsigned(date.day()));
  };
  if (random.chance(level.date))
    manifest.departure = written(leaves);
  if (random.chance(level.date))
    manifest.arrival = written(arrives);
}

Quantity drawWeight(Random &random, const Level &level) {
  int kind = random.between(0, 19);
  if (kind < 11) {
    int kilos = level.longNumbers ? random.between(200, 26500) : random.between(5, 99) * 10;
    return {std::to_string(kilos), &find(weightUnits(), "kg")};
  }
  if (kind < 17) {
    int tonnes = random.between(1, 26);
    int decimals = random.between(0, level.longNumbers ? 3 : 1);
    return {fill(random,
                 fmt::format("{}{}{}", tonnes, decimals ? "." : "", std::string(decimals, '#')),
                 ""),
            &find(weightUnits(), "t")};
  }
  int pounds = level.longNumbers ? random.between(500, 58000) : random.between(10, 99) * 10;
  return {std::to_string(pounds), &find(weightUnits(), "lb")};
}

Quantity drawTemperature(Random &random, const Good &good) {
  int celsius = random.between(good.coldest, good.warmest);
  if (random.chance(85))
    return {std::to_string(celsius), &find(temperatureUnits(), "C")};
  return {std::to_string(std::lround(celsius * 1.8 + 32)), &find(temperatureUnits(), "F")};
}

Item drawItem(Random &random, const Level &level, const Good &good) {
  Item item;
  item.good = &good;
  if (random.chance(65)) {
    int most = !level.longNumbers ? 99 : random.chance(80) ? 99 : 1400;
    item.packages.value = std::to_string(random.between(1, most));
    item.packages.unit = &find(packages(), random.pick(split(good.packages, ' ')));
  }
  if (random.chance(60))
    item.weight = drawWeight(random, level);
  if (good.cargo == Cargo::Reefer && random.chance(70))
    item.temperature = drawTemperature(random, good);
  if (random.chance(60))
    item.unNumber = good.unNumber;
  return item;
}

void drawContainers(Random &random, const Level &level, Cargo cargo, Manifest &manifest) {
  if (!random.chance(level.container))
    return;
  const Term &type = find(containerTypes(), random.pick(containersFor(cargo)));
  if (!random.chance(level.containerNumber)) {
    int most = level.longNumbers ? 5 : 2;
    std::string count = random.chance(50) ? std::to_string(random.between(1, most)) : "";
    manifest.containers.push_back({count, "", &type});
    return;
  }
  bool typed = random.chance(80);
  for (int i = random.between(1, level.mostContainers); i > 0; --i)
    manifest.containers.push_back({"", drawContainerNumber(random), typed ? &type : nullptr});
}

} // namespace

Manifest drawManifest(Random &random, const Level &level) {
  Manifest manifest;

  const Term &from = random.pick(ports()), &to = random.pick(ports());
  manifest.from = random.chance(88) ? &from : nullptr;
  manifest.to = random.chance(88) && &to != &from ? &to : nullptr;

  const Good &first = random.pick(goods());
  manifest.goods.push_back(drawItem(random, level, first));
  for (int i = random.between(1, level.mostGoods); i > 1; --i) {
    const Good &other = random.pick(goods());
    if (other.cargo == first.cargo)
      manifest.goods.push_back(drawItem(random, level, other));
  }
  // People leave out the name of the goods as well, where the packages still say that there are
  // any.
  Item &only = manifest.goods.front();
  if (manifest.goods.size() == 1 && only.packages.unit && random.chance(8))
    only.good = nullptr;

  drawContainers(random, level, first.cargo, manifest);
  drawDates(random, level, manifest);
  if (random.chance(level.shipper))
    manifest.shipper = drawShipper(random);
  if (random.chance(level.bill))
    manifest.bill = fill(random, random.pick(billForms), from.value.substr(2));
  return manifest;
}

} // namespace loup::freight
