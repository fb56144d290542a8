// Any text as a mask: it is refused with a place in it, or all that is proved of it holds.
#include "tests/fuzz/Require.h"

#include "ir/masks/MaskBounds.h"
#include "ir/masks/MaskExpression.h"
#include "ir/masks/MaskProof.h"

namespace loup {
namespace {

void checkMistake(const MaskError &mistake, std::string_view text) {
  require(!mistake.message.empty(), "a mistake is told");
  require(mistake.offset <= text.size() && mistake.length <= text.size() - mistake.offset,
          "a mistake lies in the text");
}

/// An empty row that is found has no key indeed.
void checkRow(const MaskSet &allowed, KeySide side) {
  std::optional<EmptyRow> row;
  inTime("empty rows", [&] { row = findEmptyRow(allowed, side); });
  if (!row || !row->exact)
    return;
  require(!row->describe().empty(), "an empty row is described");
  constexpr int64_t mostKeys = 10'000;
  for (int64_t k = 0; k < std::min(row->sizes.length, mostKeys); ++k)
    require(!allowed.contains(row->query, k, row->sizes, !row->whereAbsent),
            "an empty row has no key");
}

void checkSight(const MaskSet &allowed) {
  std::optional<LaterToken> later;
  inTime("later tokens", [&] { later = findLaterToken(allowed, "target", Sight::UpToItself); });
  if (later)
    require(later->key > later->query, "a later token comes later");
}

/// At a few sizes, ranges that are touched hold all pairs and full ones nothing but pairs.
void checkBounds(const MaskSet &allowed) {
  constexpr int64_t queriesInBlock = 3;
  std::optional<MaskBounds> bounds;
  inTime("bounds", [&] { bounds = MaskBounds::onKeys(allowed, queriesInBlock); });
  MaskBounds::describe(bounds->touched());
  MaskBounds::describe(bounds->full());
  auto isIn = [](const std::vector<Range> &ranges, int64_t k) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](Range range) { return range.first <= k && k < range.end; });
  };
  for (MaskSizes sizes : {MaskSizes{7, 7, 7, 0}, {5, 9, 4, 2}, {1, 1, 0, 0}})
    for (int64_t block = 0; block * queriesInBlock < sizes.queries; ++block) {
      std::vector<Range> touched = bounds->touched(block, sizes), full = bounds->full(block, sizes);
      for (int64_t q = block * queriesInBlock;
           q < std::min((block + 1) * queriesInBlock, sizes.queries); ++q)
        for (int64_t k = 0; k < sizes.keys; ++k)
          for (bool isPresent : {false, true}) {
            bool isAllowed = allowed.contains(q, k, sizes, isPresent);
            require(!isAllowed || isIn(touched, k), "a pair lies in a touched range");
            require(isAllowed || !isIn(full, k), "a full range holds pairs only");
          }
    }
}

void check(std::string_view text) {
  std::optional<MaskExpression> mask;
  try {
    inTime("parsing", [&] { mask = MaskExpression::parse(text); });
  } catch (const MaskError &mistake) {
    return checkMistake(mistake, text);
  }
  require(MaskExpression::parse(mask->words()) == *mask, "a mask's words are the mask");
  MaskSet allowed = mask->allowed().intersect(MaskSet::realKeys());
  require(!allowed.describe().empty(), "a mask is described");
  for (KeySide side : {KeySide::Own, KeySide::Other}) {
    checkRow(allowed, side);
    inTime("hides nothing", [&] { hidesNothing(mask->allowed(), side); });
    inTime("hides everything", [&] { hidesEverything(allowed, side); });
    inTime("hides nothing of a model", [&] { hidesNothing(mask->allowed(), side, 512); });
    inTime("hides everything of a model", [&] { hidesEverything(allowed, side, 512); });
  }
  checkSight(allowed);
  checkBounds(allowed);
}

} // namespace
} // namespace loup

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  loup::check({reinterpret_cast<const char *>(data), size});
  return 0;
}
