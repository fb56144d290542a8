#include "frontend/Nearest.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <numeric>
#include <utility>

namespace loup {
namespace {

/// Changed, missing, additional and swapped letters, case ignored (optimal string alignment).
size_t editDistance(std::string_view a, std::string_view b) {
  auto same = [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); };
  std::vector<size_t> beforeLast, last, row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t(0));
  for (size_t i = 1; i <= a.size(); ++i) {
    beforeLast = std::exchange(last, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + !same(a[i - 1], b[j - 1])});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
        row[j] = std::min(row[j], beforeLast[j - 2] + 1);
    }
  }
  return row.back();
}

} // namespace

std::string_view nearestWord(std::string_view wrong, const std::vector<std::string_view> &words) {
  // Edit distance takes the product of the lengths; nothing this long is a misspelt word.
  if (wrong.size() > 64)
    return {};
  std::string_view best;
  size_t bestDistance = 0;
  for (std::string_view word : words) {
    size_t distance = editDistance(wrong, word);
    if (distance * 3 > std::max(wrong.size(), word.size()))
      continue;
    if (best.empty() || distance < bestDistance) {
      best = word;
      bestDistance = distance;
    }
  }
  return best;
}

std::string listWords(const std::vector<std::string_view> &words) {
  std::string result;
  for (size_t i = 0; i < words.size(); ++i)
    result += fmt::format("{}'{}'", i == 0 ? "" : i + 1 < words.size() ? ", " : " or ", words[i]);
  return result;
}

std::string whatInstead(std::string_view wrong, const std::vector<std::string_view> &words) {
  std::string_view near = nearestWord(wrong, words);
  return near.empty() ? "expected " + listWords(words) : fmt::format("did you mean '{}'?", near);
}

} // namespace loup
