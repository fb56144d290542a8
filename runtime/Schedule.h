// The learning rate of every step.
#pragma once

#include "runtime/Description.h"

#include <cstdint>

namespace loup {

/// The rate of `step`, counted from 1, when validation has stalled `stalls` times:
///
///     constant       rate
///     inverse_sqrt   rate min(step / warmup, sqrt(warmup / step)), a warmup of 0 counting as 1
///                    (Vaswani et al. 2017, 5.3, with the highest rate for 1 / sqrt(width warmup))
///     cosine         rate step / warmup; then rate (1 + cos(pi p)) / 2, where p goes from 0 at
///                    `warmup` to 1 at `steps`, and 0 ever after (Loshchilov and Hutter 2017,
///                    without restarts)
///     plateau        rate factor^stalls
double learningRate(const ScheduleDescription &schedule, int64_t step, int64_t stalls);

} // namespace loup
