// How many typing errors lie between two texts.
#pragma once

#include <algorithm>
#include <cctype>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace loup::freight {

inline std::string lowered(std::string_view text) {
  std::string result(text);
  for (char &c : result)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

/// Letters left out, added, replaced or swapped with the next (optimal string alignment). With
/// `anywhere`, the least of any part of `text` against `phrase`.
inline int errorsBetween(std::string_view phrase, std::string_view text, bool anywhere = false) {
  size_t width = text.size() + 1;
  std::vector<int> previous(width), last(width), row(width);
  if (!anywhere)
    std::iota(last.begin(), last.end(), 0);
  for (size_t i = 1; i <= phrase.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j < width; ++j) {
      row[j] =
          std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (phrase[i - 1] != text[j - 1])});
      if (i > 1 && j > 1 && phrase[i - 1] == text[j - 2] && phrase[i - 2] == text[j - 1])
        row[j] = std::min(row[j], previous[j - 2] + 1);
    }
    previous.swap(last);
    last.swap(row);
  }
  return anywhere ? *std::ranges::min_element(last) : last.back();
}

} // namespace loup::freight
