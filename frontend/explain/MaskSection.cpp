#include "frontend/explain/MaskSection.h"

#include "frontend/Explain.h"
#include "frontend/explain/MaskPicture.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace loup {
namespace {

/// Eight blocks or nearly so, of 2, 4, 8 or 16 positions.
int64_t blockSize(int64_t length) {
  int64_t size = 2;
  while (size < 16 && size * 8 < length)
    size *= 2;
  return size;
}

Html legend() {
  auto entry = [](const char *kind, const char *words) {
    return element("li", ofClass(fmt::format("swatch {}", kind), "span") + words);
  };
  return ofClass("legend", "ul",
                 entry("allowed", "allowed pair") +
                     entry("full", "full block: every pair is allowed, none need be tested") +
                     entry("partial", "partial block: its pairs are tested one by one") +
                     entry("skipped", "skipped block: no pair is allowed, none need be computed") +
                     entry("padding", "faded: padding, behind the sentence's end"));
}

Html row(const char *what, const std::string &value) {
  return element("tr", element("th", {{"scope", "row"}}, what) + element("td", value));
}

std::string share(int64_t part, int64_t whole) {
  return fmt::format("{} of {} ({})", grouped(part), grouped(whole), percentage(part, whole));
}

Html table(const MaskPicture &picture) {
  const MaskPicture::Counts &count = picture.counts();
  return element("table", row("pairs of real tokens allowed", share(count.allowed, count.pairs)) +
                              row("blocks skipped", share(count.skipped, count.blocks)) +
                              row("blocks full", share(count.full, count.blocks)) +
                              row("blocks partial", share(count.partial(), count.blocks)) +
                              row("a block", fmt::format("{0} × {0}", picture.blockSize())));
}

/// What a mask is drawn with at a length: where it tells padding apart, the last fifth is padding.
MaskSizes pictureSizes(const MaskSet &mask, int64_t length) {
  MaskSizes sizes{.queries = length, .keys = length, .length = length};
  if (mask.dependsOn(MaskSet::Column::Length))
    sizes.length -= length / 5;
  if (mask.dependsOn(MaskSet::Column::Prefix))
    sizes.prefix = length / 4;
  return sizes;
}

/// And what of the data it is drawn with, where it asks: three documents, and holes.
PictureMarks pictureMarks(const AttentionMask &mask, const MaskSizes &sizes) {
  PictureMarks marks{.ofOneSequence = mask.isSelf()};
  if (mask.isWithinDocuments)
    marks.documentEnds = {sizes.length / 2, sizes.length * 3 / 4, sizes.length};
  if (mask.allowed.dependsOn(MaskSet::Column::Present))
    marks.absentEvery = 7;
  return marks;
}

/// One mask at one length; only those of the page's own length show at first.
Html drawAt(const AttentionMask &mask, int64_t length, bool isShown) {
  MaskSizes drawn = pictureSizes(mask.allowed, length);
  PictureMarks marks = pictureMarks(mask, drawn);
  MaskPicture picture(mask.allowed, drawn, blockSize(length), marks);
  const MaskSizes &sizes = picture.sizes();
  const MaskPicture::Counts &count = picture.counts();
  std::string caption =
      sizes.length < length
          ? fmt::format("A {} of {} tokens, filled up to {} with padding.",
                        mask.keySide == "source" ? "source" : "target", sizes.length, length)
          : fmt::format("{} tokens.", length);
  if (sizes.prefix > 0)
    caption += fmt::format(" Its first {} are given.", sizes.prefix);
  if (!marks.documentEnds.empty())
    caption +=
        fmt::format(" Its documents end before tokens {}.", fmt::join(marks.documentEnds, ", "));
  if (marks.absentEvery > 0)
    caption += fmt::format(" Of every {} tokens the first is absent.", marks.absentEvery);
  HtmlAttributes attributes = {
      {"class", "at-length"},
      {"data-length", std::to_string(length)},
      {"data-real", std::to_string(sizes.length)},
      {"data-prefix", std::to_string(sizes.prefix)},
      {"data-absent-every", std::to_string(marks.absentEvery)},
      {"data-documents", fmt::format("{}", fmt::join(marks.documentEnds, " "))},
      {"data-pairs", std::to_string(count.pairs)},
      {"data-allowed", std::to_string(count.allowed)},
      {"data-block", std::to_string(picture.blockSize())},
      {"data-skipped", std::to_string(count.skipped)},
      {"data-full", std::to_string(count.full)},
      {"data-partial", std::to_string(count.partial())}};
  if (!isShown)
    attributes.emplace_back("hidden", "hidden");
  return element("div", attributes,
                 picture.draw(mask.querySide, mask.keySide) +
                     ofClass("numbers", "div", element("p", caption) + table(picture)));
}

Html chooser(const std::vector<int64_t> &lengths, int64_t chosen) {
  Html choices = element("legend", "Length");
  for (int64_t length : lengths) {
    HtmlAttributes attributes = {
        {"type", "radio"}, {"name", "length"}, {"value", std::to_string(length)}};
    if (length == chosen)
      attributes.emplace_back("checked", "checked");
    choices += element("label", element("input", attributes) + std::to_string(length));
  }
  return element("fieldset", {{"id", "lengths"}, {"hidden", "hidden"}}, choices);
}

} // namespace

Section maskSection(const std::vector<AttentionMask> &masks, int64_t length, int64_t longest,
                    const std::optional<int64_t> &queriesInBlock) {
  std::vector<int64_t> lengths;
  for (int64_t each : {length / 2, length, length * 2})
    if (each == length || (each >= shortestPicture && each <= longest))
      lengths.push_back(each);

  Html content = element(
      "p",
      "In an attention each position of one sequence, the query, takes from the positions of "
      "the same or another one, the keys. A mask says which pairs of a query and a key may "
      "meet; padding, which fills up the shorter sequences of a batch, is never seen. Below, a row "
      "is a query and a column is a key. " +
          (queriesInBlock
               ? fmt::format("Kernels work on blocks of pairs, of {} queries each, and leave out "
                             "those that the mask rules out; the blocks here are small, to be "
                             "seen.",
                             *queriesInBlock)
               : "Kernels of this schedule compute all pairs. Those from specialised on work on "
                 "blocks of pairs, and leave out the ones that are skipped here."));
  content += chooser(lengths, length) + legend();
  for (const AttentionMask &mask : masks) {
    Html pictures;
    for (int64_t each : lengths)
      pictures += drawAt(mask, each, each == length);
    Html title = element(
        "figcaption", element("h3", mask.title()) +
                          element("p", element("code", mask.words) + ", " + mask.describeLayers()));
    content += element("figure",
                       {{"class", "mask"},
                        {"data-mask", mask.words},
                        {"data-queries", mask.querySide},
                        {"data-keys", mask.keySide}},
                       title + pictures);
  }
  return {"masks", "What each position may see", content};
}

} // namespace loup
