// A description, read and checked.
#pragma once

#include "frontend/Spec.h"

#include <ostream>
#include <string>

namespace loup {

/// Reads the description at `path`, parses and checks it, and writes what is wrong with it to
/// `messages`. Throws UserError when the file cannot be read or has an error.
Spec loadSpec(const std::string &path, std::ostream &messages, bool colour);

} // namespace loup
