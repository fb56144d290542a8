#include "frontend/explain/MemorySection.h"

#include "ir/Memory.h"

#include "mlir/IR/Location.h"

#include "llvm/ADT/StringSwitch.h"

#include <fmt/format.h>

#include <map>

using namespace mlir;

namespace loup {
namespace {

/// One value in an arena.
struct Stay {
  std::string name;
  int64_t offset, bytes; // for each unit of the arena
  Lifetime life;
};

struct Arena {
  int64_t bytes;
  std::vector<Stay> stays;
};

constexpr int64_t width = 960, height = 220;

std::string nameOf(OpResult result) {
  if (auto name = dyn_cast<NameLoc>(result.getLoc()))
    return name.getName().str();
  return cast<CallOp>(result.getOwner()).getKernel().str();
}

/// The arenas of a function by their unit.
std::map<std::string, Arena> arenasOf(func::FuncOp function) {
  std::map<std::string, Arena> arenas;
  for (NamedAttribute arena : function->getAttrOfType<DictionaryAttr>("loup.arenas"))
    arenas[arena.getName().str()].bytes = cast<IntegerAttr>(arena.getValue()).getInt();
  for (auto [result, life] : lifetimesIn(function)) {
    auto places = result.getOwner()->getAttrOfType<ArrayAttr>("loup.places");
    auto place = cast<PlaceAttr>(places[result.getResultNumber()]);
    if (place.getKind() != "arena")
      continue;
    int64_t bytes = llvm::alignTo(sizeOf(result.getType()).bytes, memoryAlignment);
    arenas.at(place.getName().str())
        .stays.push_back({nameOf(result), place.getOffset(), bytes, life});
  }
  return arenas;
}

/// What an axis counts, in words.
std::string countedBy(llvm::StringRef axis) {
  return llvm::StringSwitch<std::string>(axis)
      .Case("batch", "sentences")
      .Case("source", "longest source")
      .Case("target", "longest target")
      .Case("source_token", "source tokens")
      .Case("target_token", "target tokens")
      .Case("hypothesis", "hypotheses")
      .Default(axis.str());
}

/// `1,024 bytes × sentences × longest target`.
std::string amount(int64_t bytes, llvm::StringRef unit) {
  std::string text = grouped(bytes) + " bytes";
  llvm::SmallVector<llvm::StringRef> factors;
  unit.split(factors, " * ");
  for (llvm::StringRef factor : factors)
    if (factor != "1")
      text += " × " + countedBy(factor);
  return text;
}

/// Values of one layer have one colour.
std::string layerOf(llvm::StringRef name) {
  llvm::SmallVector<llvm::StringRef> parts;
  name.split(parts, '.');
  return parts.size() > 2 && parts[1] == "layers" ? (parts[0] + parts[2]).str() : parts[0].str();
}

/// Numbers of colours by layer, in the order in which layers come.
using Colours = std::map<std::string, size_t>;

/// Calls run from left to right, offsets upward.
Html draw(const std::string &unit, const Arena &arena, int64_t calls, Colours &colourOf) {
  constexpr size_t colours = 6;
  auto x = [&](int64_t call) {
    return static_cast<double>(width * call) / static_cast<double>(calls);
  };
  auto y = [&](int64_t offset) {
    return height - static_cast<double>(height) * static_cast<double>(offset) /
                        static_cast<double>(arena.bytes);
  };
  Html rectangles;
  for (const Stay &stay : arena.stays) {
    std::string layer = layerOf(stay.name);
    size_t colour = colourOf.try_emplace(layer, colourOf.size() % colours).first->second;
    double top = y(stay.offset + stay.bytes), from = x(stay.life.begin), to = x(stay.life.end + 1);
    rectangles +=
        element("rect",
                {{"class", fmt::format("stay colour{}", colour)},
                 {"x", fmt::format("{:.1f}", from)},
                 {"y", fmt::format("{:.1f}", top)},
                 {"width", fmt::format("{:.1f}", to - from)},
                 {"height", fmt::format("{:.1f}", y(stay.offset) - top)}},
                element("title", fmt::format("{}: {} at {}, from call {} to {}", stay.name,
                                             amount(stay.bytes, unit), grouped(stay.offset),
                                             stay.life.begin, stay.life.end)));
  }
  return element("svg",
                 {{"viewBox", fmt::format("0 0 {} {}", width, height)},
                  {"class", "arena"},
                  {"role", "img"},
                  {"aria-label", counted(static_cast<int64_t>(arena.stays.size()), "value")}},
                 rectangles);
}

Html functionPlan(func::FuncOp function) {
  auto calls = static_cast<int64_t>(llvm::range_size(function.getOps<CallOp>()));
  Html pictures;
  Colours colourOf;
  std::vector<std::string> sums;
  for (const auto &[unit, arena] : arenasOf(function)) {
    sums.push_back(amount(arena.bytes, unit));
    int64_t apart = 0;
    for (const Stay &stay : arena.stays)
      apart += stay.bytes;
    pictures += element(
        "figure", {{"class", "memory"}, {"data-unit", unit}},
        element("figcaption",
                element("strong", amount(arena.bytes, unit)) +
                    fmt::format(": {}, which would take {} without sharing",
                                counted(static_cast<int64_t>(arena.stays.size()), "value"),
                                grouped(apart))) +
            draw(unit, arena, calls, colourOf) +
            ofClass("ends", "div", element("span", "first call") + element("span", "last call")));
  }
  Html title = element("h3", element("code", function.getSymName().str()));
  if (sums.empty())
    return title + element("p", fmt::format("{}, which need no memory of their own.",
                                            counted(calls, "call")));
  std::string sum;
  for (const std::string &part : sums)
    sum += (sum.empty() ? "" : " + ") + part;
  return title + element("p", fmt::format("{}; in all {}.", counted(calls, "call"), sum)) +
         pictures;
}

} // namespace

Section memorySection(ModuleOp module) {
  Html content = element(
      "p", "Every value's place is known before the program runs. Sizes are proportional to the "
           "numbers of sentences and tokens, so there is one arena for each such product, and a "
           "place in it is a plain number. Time runs from left to right, one kernel call after the "
           "other; a rectangle is a value, as wide as the time from when it is made to when it is "
           "read for the last time. Values that do not live at the same time share a place. Values "
           "of one layer have one colour.");
  for (auto function : module.getOps<func::FuncOp>())
    if (function->hasAttr("loup.arenas"))
      content += functionPlan(function);
  return {"memory", "The memory plan", content};
}

} // namespace loup
