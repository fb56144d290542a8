#include "frontend/explain/MaskPicture.h"

#include <fmt/format.h>

#include <algorithm>

namespace loup {
namespace {

constexpr int64_t side = 336;            // of the matrix, in units of the picture
constexpr int64_t left = 44, above = 40; // room for the axes

bool isIn(const std::vector<Range> &ranges, int64_t number) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range &range) {
    return range.first <= number && number < range.end;
  });
}

Html rectangle(std::string_view kind, int64_t x, int64_t y, int64_t width, int64_t height,
               const Html &title = {}) {
  return element("rect",
                 {{"class", std::string(kind)},
                  {"x", std::to_string(x)},
                  {"y", std::to_string(y)},
                  {"width", std::to_string(width)},
                  {"height", std::to_string(height)}},
                 title);
}

Html label(double x, double y, std::string_view kind, const std::string &words) {
  return element(
      "text",
      {{"class", std::string(kind)}, {"x", fmt::format("{:g}", x)}, {"y", fmt::format("{:g}", y)}},
      words);
}

/// Numbers along an axis of `count` positions, at the starts of some blocks.
std::vector<int64_t> ticks(int64_t count, int64_t step) {
  int64_t apart = step;
  while (count / apart > 8)
    apart *= 2;
  std::vector<int64_t> all;
  for (int64_t at = 0; at < count; at += apart)
    all.push_back(at);
  return all;
}

/// Queries and keys that see each other alone, with the sizes of their own mask.
struct Document {
  Range queries, keys;
  MaskSizes sizes;
};

std::vector<Document> cut(const MaskSizes &sizes, const std::vector<int64_t> &ends) {
  if (ends.empty())
    return {{{0, sizes.queries}, {0, sizes.keys}, sizes}};
  std::vector<Document> documents;
  auto add = [&](int64_t first, int64_t end, int64_t length) {
    int64_t count = end - first;
    documents.push_back(
        {{first, end}, {first, end}, {.queries = count, .keys = count, .length = length}});
  };
  int64_t first = 0;
  for (int64_t end : ends) {
    add(first, end, end - first);
    first = end;
  }
  add(first, sizes.keys, 0);
  return documents;
}

/// Calls `use` with the number and the positions of each block.
template <class Use> void forBlocks(Range positions, int64_t step, Use use) {
  for (int64_t a = 0, first = positions.first; first < positions.end; ++a, first += step)
    use(a, Range{first, std::min(first + step, positions.end)});
}

} // namespace

MaskPicture::MaskPicture(const MaskSet &mask, const MaskSizes &sizes, int64_t blockSize,
                         const PictureMarks &marks)
    : size(sizes), step(blockSize),
      realQueries(marks.ofOneSequence ? std::min(sizes.length, sizes.queries) : sizes.queries),
      realKeys(std::min(sizes.length, sizes.keys)), allowed(sizes.queries * sizes.keys) {
  std::vector<Document> documents = cut(size, marks.documentEnds);
  for (const auto &[queries, keys, own] : documents)
    for (int64_t q = queries.first; q < queries.end; ++q)
      for (int64_t k = keys.first; k < keys.end; ++k)
        allowed[q * size.keys + k] =
            mask.contains(q - queries.first, k - keys.first, own, marks.isPresent(k));
  count.pairs = realQueries * realKeys;
  for (int64_t q = 0; q < realQueries; ++q)
    for (int64_t k = 0; k < realKeys; ++k)
      count.allowed += isAllowed(q, k);

  MaskBounds bounds = MaskBounds::onKeys(mask, step);
  for (const Document &document : documents)
    forBlocks(document.queries, step, [&](int64_t a, Range queries) {
      std::vector<Range> touched = bounds.touched(a, document.sizes, step);
      std::vector<Range> full = bounds.full(a, document.sizes, step);
      for (const Document &other : documents)
        forBlocks(other.keys, step, [&](int64_t b, Range keys) {
          bool isSeen = &other == &document && isIn(touched, b);
          addBlock(queries, keys,
                   !isSeen         ? Kind::Skipped
                   : isIn(full, b) ? Kind::Full
                                   : Kind::Partial);
        });
    });
}

void MaskPicture::addBlock(Range queries, Range keys, Kind kind) {
  Block block{queries, keys, kind, (queries.end - queries.first) * (keys.end - keys.first), 0};
  for (int64_t q = queries.first; q < queries.end; ++q)
    for (int64_t k = keys.first; k < keys.end; ++k)
      block.allowed += isAllowed(q, k);
  ++count.blocks;
  count.skipped += kind == Kind::Skipped;
  count.full += kind == Kind::Full;
  blocks.push_back(block);
}

Html MaskPicture::drawBlocks(bool isFull) const {
  static constexpr const char *words[] = {"skipped", "partial", "full"};
  Html all;
  for (const Block &block : blocks) {
    if ((block.kind == Kind::Full) != isFull)
      continue;
    const Range &queries = block.queries, &keys = block.keys;
    const char *kind = words[static_cast<size_t>(block.kind)];
    all += rectangle(kind, keys.first, queries.first, keys.end - keys.first,
                     queries.end - queries.first,
                     element("title", fmt::format("queries {} to {}, keys {} to {}: {}, {} of {} "
                                                  "pairs allowed",
                                                  queries.first, queries.end - 1, keys.first,
                                                  keys.end - 1, kind, block.allowed, block.pairs)));
  }
  return all;
}

/// Allowed pairs as one path: a rectangle for each run of keys, through all rows in which it is the
/// same.
Html MaskPicture::drawPairs() const {
  auto runsOf = [&](int64_t q) {
    std::vector<Range> runs;
    for (int64_t k = 0; k < size.keys; ++k)
      if (isAllowed(q, k)) {
        if (k == 0 || !isAllowed(q, k - 1))
          runs.push_back({k, k});
        runs.back().end = k + 1;
      }
    return runs;
  };
  std::string path;
  for (int64_t q = 0, next; q < size.queries; q = next) {
    std::vector<Range> runs = runsOf(q);
    for (next = q + 1; next < size.queries && runsOf(next) == runs;)
      ++next;
    for (const Range &run : runs)
      path += fmt::format("M{} {}h{}v{}h-{}z", run.first, q, run.end - run.first, next - q,
                          run.end - run.first);
  }
  return element("path", {{"class", "allowed"}, {"d", path}});
}

/// What lies behind the sentence's end.
Html MaskPicture::drawPadding() const {
  Html all;
  if (realKeys < size.keys)
    all += rectangle("padding", realKeys, 0, size.keys - realKeys, size.queries);
  if (realQueries < size.queries)
    all += rectangle("padding", 0, realQueries, realKeys, size.queries - realQueries);
  return all;
}

Html MaskPicture::draw(const std::string &querySide, const std::string &keySide) const {
  double cell = static_cast<double>(side) / static_cast<double>(std::max(size.queries, size.keys));
  double width = cell * static_cast<double>(size.keys);
  double height = cell * static_cast<double>(size.queries);

  Html axes;
  for (int64_t k : ticks(size.keys, step))
    axes += label(left + cell * (static_cast<double>(k) + 0.5), above - 6, "tick across",
                  std::to_string(k));
  for (int64_t q : ticks(size.queries, step))
    axes += label(left - 6, above + cell * (static_cast<double>(q) + 0.5), "tick down",
                  std::to_string(q));
  axes += label(left + width / 2, 14, "axis", fmt::format("key k: position in the {}", keySide));
  axes +=
      element("text",
              {{"class", "axis"},
               {"transform", fmt::format("translate(12 {:g}) rotate(-90)", above + height / 2)}},
              fmt::format("query q: position in the {}", querySide));

  Html matrix =
      element("g", {{"transform", fmt::format("translate({} {}) scale({:g})", left, above, cell)}},
              drawBlocks(false) + drawPairs() + drawBlocks(true) + drawPadding());
  return element(
      "svg",
      {{"viewBox", fmt::format("0 0 {:g} {:g}", left + width + 8, above + height + 8)},
       {"role", "img"},
       {"aria-label", fmt::format("{} of {} pairs allowed", count.allowed, count.pairs)}},
      axes + matrix);
}

} // namespace loup
