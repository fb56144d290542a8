// The rules that no single value can break: between the fields of a description.
#pragma once

#include "frontend/Diagnostics.h"
#include "frontend/Spec.h"

namespace loup {

/// Reports every rule that `spec` breaks, with a note at the other field. Doubtful values are not
/// judged.
void checkSpec(const Spec &spec, Diagnostics &diagnostics);

} // namespace loup
