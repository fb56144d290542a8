// The machine that is measured on.
#pragma once

#include "frontend/bench/Results.h"

namespace loup {

/// Measures what it can do at most with so many threads; 0 takes every core.
Machine measureMachine(int threads);

} // namespace loup
