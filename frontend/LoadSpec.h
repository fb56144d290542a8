// A description, read and checked.
#pragma once

#include "frontend/Diagnostics.h"
#include "frontend/Spec.h"

#include <ostream>
#include <string>

namespace loup {

/// The description at `path`. Throws UserError when it cannot be read.
SourceFile readDescription(const std::string &path);

/// Parses and checks a description, and writes what is wrong with it to `messages`. Throws
/// UserError when it has an error.
Spec loadSpec(const SourceFile &description, std::ostream &messages, bool colour);

} // namespace loup
