#include "runtime/PlainTokenizers.h"

#include "runtime/Errors.h"
#include "runtime/Utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace loup {

namespace {

template <typename Visit>
void forEachUnit(ListTokenizer::Unit unit, std::string_view line, Visit visit) {
  if (unit == ListTokenizer::Unit::Word)
    return forEachWord(line, visit);
  for (size_t i = 0; i < line.size(); i += codePointLength(line[i]))
    visit(line.substr(i, codePointLength(line[i])));
}

} // namespace

std::vector<std::string>
ListTokenizer::mostFrequent(Unit unit, const std::vector<std::string> &lines, int32_t count) {
  std::unordered_map<std::string, int64_t> frequency;
  for (const std::string &line : lines)
    forEachUnit(unit, line, [&](std::string_view text) { ++frequency[std::string(text)]; });

  std::vector<std::pair<int64_t, std::string>> ranked;
  for (auto &[text, times] : frequency)
    ranked.emplace_back(-times, text);
  std::ranges::sort(ranked);
  std::vector<std::string> list;
  for (auto &[times, text] : ranked)
    if (static_cast<int32_t>(list.size()) < count)
      list.push_back(std::move(text));
  return list;
}

ListTokenizer::ListTokenizer(Unit unit, const SpecialIds &ids, std::vector<std::string> entries)
    : unit(unit), ids(ids), slots(ids), list(std::move(entries)) {
  for (int32_t i = 0; i < static_cast<int32_t>(list.size()); ++i)
    idOf.emplace(list[i], slots.id(i));
}

std::vector<int32_t> ListTokenizer::encode(std::string_view line, std::vector<size_t> *ends) const {
  requireUtf8(line);
  std::vector<int32_t> encoded;
  forEachUnit(unit, line, [&](std::string_view text) {
    auto found = idOf.find(std::string(text));
    encoded.push_back(found != idOf.end() ? found->second : ids.unknown);
    if (ends)
      ends->push_back(text.data() + text.size() - line.data());
  });
  return encoded;
}

std::string ListTokenizer::decode(std::span<const int32_t> encoded) const {
  bool words = unit == Unit::Word;
  std::string line;
  for (int32_t id : encoded) {
    std::optional<int32_t> entry = slots.entry(id);
    bool known = entry && *entry < static_cast<int32_t>(list.size());
    if (!known && id != ids.unknown)
      continue;
    if (words && !line.empty())
      line += ' ';
    line += known ? list[*entry] : words ? "<unk>" : "\uFFFD";
  }
  return line;
}

int32_t ListTokenizer::size() const { return slots.size(static_cast<int32_t>(list.size())); }

/// Every unit on a line of its own: none holds a line feed.
std::string ListTokenizer::serialize() const {
  std::string serialized;
  for (const std::string &text : list)
    serialized.append(text).append(1, '\n');
  return serialized;
}

std::vector<std::string> ListTokenizer::parse(std::string_view serialized) {
  std::vector<std::string> list;
  while (!serialized.empty()) {
    size_t end = std::min(serialized.find('\n'), serialized.size());
    list.emplace_back(serialized.substr(0, end));
    serialized.remove_prefix(std::min(end + 1, serialized.size()));
  }
  return list;
}

std::vector<int32_t> ByteTokenizer::encode(std::string_view line, std::vector<size_t> *ends) const {
  requireUtf8(line);
  std::vector<int32_t> encoded;
  encoded.reserve(line.size());
  for (unsigned char byte : line)
    encoded.push_back(slots.id(byte));
  for (size_t i = 0; ends && i < line.size(); ++i)
    ends->push_back(i + 1);
  return encoded;
}

std::string ByteTokenizer::decode(std::span<const int32_t> encoded) const {
  std::string bytes;
  for (int32_t id : encoded)
    if (auto entry = slots.entry(id); entry && *entry < entries)
      bytes += static_cast<char>(*entry);
  return toLine(bytes);
}

std::vector<int32_t> IdTokenizer::encode(std::string_view line, std::vector<size_t> *ends) const {
  requireUtf8(line);
  std::vector<int32_t> encoded;
  forEachWord(line, [&](std::string_view word) {
    int32_t id = 0;
    auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    if (end != word.data() + word.size() || error == std::errc::invalid_argument)
      throw UserError(fmt::format("\"{}\" is no token id; lines of ids are numbers and spaces",
                                  printable(word)));
    if (error != std::errc() || id < 0 || id >= vocabulary)
      throw UserError(fmt::format("token id {} is not one of the vocabulary's, 0 to {}",
                                  printable(word), vocabulary - 1));
    for (auto [special, name] :
         {std::pair(ids.end, "end"), {ids.begin, "begin"}, {ids.padding, "padding"}})
      if (id == special)
        throw UserError(fmt::format("token id {} is the {}, which the program adds itself: leave "
                                    "it out",
                                    id, name));
    encoded.push_back(id);
    if (ends)
      ends->push_back(word.data() + word.size() - line.data());
  });
  return encoded;
}

std::string IdTokenizer::decode(std::span<const int32_t> encoded) const {
  std::string line;
  for (int32_t id : encoded)
    if (id != ids.end && id != ids.begin && id != ids.padding)
      line += fmt::format("{}{}", line.empty() ? "" : " ", id);
  return line;
}

} // namespace loup
