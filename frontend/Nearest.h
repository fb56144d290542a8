// The word that was probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace loup {

/// The word of `words` nearest to `wrong` by edit distance, case ignored; empty when none is near
/// enough to be a misspelling of it (more than a third of its letters differ).
std::string_view nearestWord(std::string_view wrong, const std::vector<std::string_view> &words);

/// "'a', 'b' or 'c'"
std::string listWords(const std::vector<std::string_view> &words);

/// What to write instead of `wrong`: "did you mean 'causal'?" or, when nothing is near,
/// "expected 'causal' or 'padding'".
std::string whatInstead(std::string_view wrong, const std::vector<std::string_view> &words);

} // namespace loup
