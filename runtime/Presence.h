// Which tokens of a source are there, where its lines say so for each word: text TAB flags.
#pragma once

#include "runtime/Tokenizer.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace loup {

/// A token that is absent bears this mark beside its id, from the line to the model's arrays.
inline constexpr int32_t absentMark = 1 << 30;

inline int32_t idOf(int32_t token) { return token & ~absentMark; }
inline bool isPresent(int32_t token) { return (token & absentMark) == 0; }

/// What stands before the last TAB of a line; all of it where there is none.
std::string_view textOf(std::string_view line);

/// Throws UserError where a line has text and no TAB, or behind it anything but one 0 or 1 for each
/// word of the text; blanks between these mean nothing.
void checkPresence(std::string_view line);

/// The tokens of the line's text, those of absent words marked. What lies between words goes with
/// the word that follows. Throws as checkPresence() and the tokenizer do.
std::vector<int32_t> encodePresent(const Tokenizer &tokenizer, std::string_view line);

} // namespace loup
