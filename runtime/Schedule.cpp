#include "runtime/Schedule.h"

#include "runtime/Errors.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace loup {

double learningRate(const ScheduleDescription &schedule, int64_t step, int64_t stalls) {
  double warmup = schedule.warmup;
  if (schedule.kind == "constant")
    return schedule.rate;
  if (schedule.kind == "inverse_sqrt") {
    warmup = std::max(warmup, 1.0);
    return schedule.rate * std::min(step / warmup, std::sqrt(warmup / step));
  }
  if (schedule.kind == "cosine") {
    if (step < warmup)
      return schedule.rate * step / warmup;
    double part = std::min(1.0, (step - warmup) / std::max(1.0, schedule.steps - warmup));
    return schedule.rate * (1 + std::cos(std::numbers::pi * part)) / 2;
  }
  if (schedule.kind == "plateau")
    return schedule.rate * std::pow(schedule.factor, stalls);
  throw InternalError("a schedule is constant, inverse_sqrt, cosine or plateau, not " +
                      schedule.kind);
}

} // namespace loup
