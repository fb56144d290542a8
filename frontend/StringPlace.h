// Where a part of a string's value stands in the file that spells it.
#pragma once

#include "frontend/Diagnostics.h"

#include <cstddef>

namespace loup {

/// The place of `length` bytes from `offset` of the value of the TOML string that begins at
/// `literal`: quotes, escapes and line breaks of all four kinds of string are taken into account.
SourceRange placeInString(const SourceFile &file, SourceRange literal, size_t offset,
                          size_t length);

} // namespace loup
