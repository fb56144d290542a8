// From a TOML file to a Spec: every key known, every value of its type and within its limits.
#pragma once

#include "frontend/Diagnostics.h"
#include "frontend/KeyAdvice.h"
#include "frontend/Spec.h"

#include <vector>

namespace loup {

/// Reads the file in `diagnostics` and reports there what is wrong. Values that could not be read
/// keep their defaults and are marked doubtful.
Spec parseSpec(Diagnostics &diagnostics);

/// All keys of the language, table by table.
std::vector<KeyHelp> describeLanguage();

} // namespace loup
