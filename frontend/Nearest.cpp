#include "frontend/Nearest.h"

#include "runtime/EditDistance.h"

#include <algorithm>
#include <fmt/format.h>

namespace loup {

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
