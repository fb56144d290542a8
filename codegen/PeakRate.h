// What the machine can do at most.
#pragma once

namespace loup {

/// Multiply-adds a second with all threads of the pool: chains of them in registers, as many as
/// hide their latency. The best of many short trials, about half a second in all.
double measurePeakRate();

} // namespace loup
