// Breaks printed code at 100 columns, as clang-format does.
#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <string>

namespace loup {

/// `indent` spaces, `head`, the parts with `joint` (", " or " + ") between them, `tail`, and the
/// end of the line. Where a line would be too long it is broken behind a joint, and goes on below
/// the first part.
std::string wrapped(size_t indent, const std::string &head, llvm::ArrayRef<std::string> parts,
                    const std::string &tail, const std::string &joint = ", ");

/// `indent` spaces and "left = right;", broken behind the sign where it is too long.
std::string assignment(size_t indent, const std::string &left, const std::string &right);

} // namespace loup
