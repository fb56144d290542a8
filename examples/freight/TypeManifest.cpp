#include "examples/freight/TypeManifest.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace loup::freight {

namespace {

constexpr std::string_view separators[] = {" ", ", ", "; ", " / ", " | ", ". "};

constexpr std::string_view routes[] = {"{0}->{1}",        "{0}-{1}",          "{0} - {1}",
                                       "{0}/{1}",         "{0} > {1}",        "{0} to {1}",
                                       "from {0} to {1}", "ex {0} to {1}",    "to {1} from {0}",
                                       "POL {0} POD {1}", "POL: {0} POD: {1}"};
constexpr std::string_view origins[] = {"from {}", "ex {}", "POL {}", "POL: {}", "loading {}"};
constexpr std::string_view destinations[] = {"to {}", "for {}", "POD {}", "POD: {}", "dest {}"};

constexpr std::string_view cargoes[] = {"{}",        "{}",        "{}",
                                        "cargo: {}", "goods: {}", "said to contain {}"};
constexpr std::string_view packings[] = {"{0} {1}", "{0} {1}", "{0} of {1}", "{1} {0}", "{1}, {0}"};
constexpr std::string_view weights[] = {"{}{}",        "{} {}",    "G.W. {} {}",
                                        "gross {} {}", "wt {} {}", "wt: {}{}"};
constexpr std::string_view temperatures[] = {"{}{}",       "{} {}",      "at {} {}",
                                             "temp {} {}", "temp: {}{}", "set {}{}"};
constexpr std::string_view unNumbers[] = {"UN{}", "UN {}", "UN no. {}"};

constexpr std::string_view counted[] = {"{}x{}", "{} x {}", "{}*{}"};
constexpr std::string_view uncounted[] = {"{}", "{}", "in {}", "eqpt {}"};
constexpr std::string_view numbered[] = {"{0} {1}", "{0} ({1})", "{0}/{1}", "{1} {0}"};
constexpr std::string_view untyped[] = {"{}", "cntr {}", "container {}"};

constexpr std::string_view departures[] = {"ETD {}", "ETD: {}", "dep {}", "sailing {}"};
constexpr std::string_view arrivals[] = {"ETA {}", "ETA: {}", "arr {}", "due {}"};
constexpr std::string_view bills[] = {"B/L {}", "BL {}", "B/L no. {}", "bl# {}",
                                      "bill of lading {}"};
constexpr std::string_view shippers[] = {"shipper {}", "shipper: {}", "shpr {}", "shpr: {}",
                                         "consignor {}"};

constexpr std::string_view openings[] = {"pls book", "booking:", "need space,", "hi, pls quote",
                                         "shpt:"};
constexpr std::string_view closings[] = {"thx", "asap", "pls confirm", "urgent", "tks + rgds"};

class Typist {
public:
  Typist(Random &random, const Level &level)
      : random(random), level(level), letters(static_cast<Letters>(random.pick(habits))) {}

  std::string type(const Manifest &manifest) {
    addRoute(manifest);
    addContainers(manifest.containers);
    addGoods(manifest.goods);
    addWritten(departures, date(manifest.departure));
    addWritten(arrivals, date(manifest.arrival));
    addWritten(bills, manifest.bill);
    addWritten(shippers, manifest.shipper);
    random.shuffle(fields);
    if (random.chance(level.phrases))
      fields.front() = cased(random.pick(openings)) + " " + fields.front();
    std::string line = fmt::format("{}", fmt::join(fields, random.pick(separators)));
    if (random.chance(level.phrases))
      line += " " + cased(random.pick(closings));
    return line;
  }

private:
  enum Letters { AsTheyAre, Small, Capital };
  static constexpr Letters habits[] = {AsTheyAre, AsTheyAre, Small, Capital};

  Random &random;
  const Level &level;
  Letters letters;
  std::vector<std::string> fields;

  std::string cased(std::string_view text) const {
    std::string result(text);
    for (char &c : result)
      c = static_cast<char>(letters == Small     ? std::tolower(c)
                            : letters == Capital ? std::toupper(c)
                                                 : c);
    return result;
  }

  /// One of the patterns, with its words in the typist's case and `values` as they are.
  template <size_t N, typename... Values>
  std::string write(const std::string_view (&patterns)[N], const Values &...values) {
    return fmt::format(fmt::runtime(cased(random.pick(patterns))), values...);
  }

  template <size_t N>
  void addWritten(const std::string_view (&patterns)[N], const std::string &value) {
    if (!value.empty())
      fields.push_back(write(patterns, value));
  }

  std::string typed(std::string phrase) {
    if (random.chance(level.typing))
      phrase = mistype(random, std::move(phrase));
    return cased(phrase);
  }

  std::string form(const Term &term) { return typed(random.pick(expand(term.forms))); }

  /// A code stays in capitals: it might be taken for a word otherwise (VAN, SEA, SIN).
  std::string port(const Term &term) {
    if (random.chance(30))
      return std::string(term.value);
    if (random.chance(35))
      return std::string(term.value.substr(2));
    return form(term);
  }

  void addRoute(const Manifest &manifest) {
    std::string from = manifest.from ? port(*manifest.from) : "";
    std::string to = manifest.to ? port(*manifest.to) : "";
    if (manifest.from && manifest.to && random.chance(70)) {
      fields.push_back(write(routes, from, to));
      return;
    }
    addWritten(origins, from);
    addWritten(destinations, to);
  }

  void addContainers(const std::vector<Container> &containers) {
    std::vector<std::string> all;
    for (const Container &container : containers) {
      std::string type = container.type ? form(*container.type) : "";
      if (!container.count.empty())
        all.push_back(write(counted, container.count, type));
      else if (container.number.empty())
        all.push_back(write(uncounted, type));
      else if (type.empty())
        all.push_back(write(untyped, container.number));
      else
        all.push_back(write(numbered, container.number, type));
    }
    if (!all.empty())
      fields.push_back(fmt::format("{}", fmt::join(all, random.chance(50) ? ", " : " + ")));
  }

  void addGoods(const std::vector<Item> &goods) {
    // Only the facts of a single item may lie apart: of several, it must be plain which is whose.
    if (goods.size() == 1 && random.chance(50)) {
      addDetails(goods.front(), fields);
      addWritten(cargoes, head(goods.front()));
      return;
    }
    std::vector<std::string> items;
    for (const Item &item : goods) {
      std::vector<std::string> details;
      addDetails(item, details);
      random.shuffle(details);
      std::string name = head(item);
      if (!name.empty())
        details.insert(details.begin(), name);
      items.push_back(fmt::format("{}", fmt::join(details, " ")));
    }
    addWritten(cargoes, fmt::format("{}", fmt::join(items, random.chance(50) ? " + " : " and ")));
  }

  /// "20 plts frz shrimp"
  std::string head(const Item &item) {
    std::string name = item.good ? form(*item.good) : "";
    if (!item.packages.unit)
      return name;
    std::string kind(random.pick(expand(item.packages.unit->forms)));
    if (item.packages.value != "1")
      kind = plural(kind);
    std::string packages = item.packages.value + " " + typed(kind);
    return name.empty() ? packages : write(packings, packages, name);
  }

  void addDetails(const Item &item, std::vector<std::string> &details) {
    if (item.weight.unit)
      details.push_back(write(weights, item.weight.value, form(*item.weight.unit)));
    if (item.temperature.unit) {
      bool plus = item.temperature.value[0] != '-' && random.chance(40);
      std::string value = (plus ? "+" : "") + item.temperature.value;
      details.push_back(write(temperatures, value, form(*item.temperature.unit)));
    }
    if (!item.unNumber.empty())
      details.push_back(write(unNumbers, item.unNumber));
  }

  std::string date(const std::string &iso) {
    if (iso.empty())
      return iso;
    std::string year = iso.substr(0, 4), month = iso.substr(5, 2), day = iso.substr(8, 2);
    switch (random.below(3)) {
    case 0:
      return day + "." + month + "." + year;
    case 1:
      return month + "/" + day + "/" + year;
    }
    return iso;
  }
};

} // namespace

std::string typeManifest(Random &random, const Level &level, const Manifest &manifest) {
  return Typist(random, level).type(manifest);
}

std::string mistype(Random &random, std::string phrase) {
  constexpr std::string_view keyboard = "qwertyuiop asdfghjkl zxcvbnm";
  std::vector<std::string_view> words = split(phrase, ' ');
  std::erase_if(words, [](std::string_view word) {
    return word.size() < 5 ||
           !std::ranges::all_of(word, [](unsigned char c) { return std::isalpha(c); });
  });
  if (words.empty())
    return phrase;
  std::string_view word = random.pick(words);
  size_t at = (word.data() - phrase.data()) + 1 + random.below(word.size() - 2);
  switch (random.below(4)) {
  case 0:
    return phrase.erase(at, 1);
  case 1:
    return phrase.insert(at, 1, phrase[at]);
  case 2:
    std::swap(phrase[at], phrase[at + 1]);
    return phrase;
  }
  size_t key = keyboard.find(static_cast<char>(std::tolower(phrase[at])));
  bool left = random.chance(50);
  size_t neighbour = key == 0 || (!left && key + 1 < keyboard.size()) ? key + 1 : key - 1;
  if (keyboard[neighbour] != ' ')
    phrase[at] = keyboard[neighbour];
  return phrase;
}

} // namespace loup::freight
