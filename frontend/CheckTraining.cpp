#include "frontend/CheckRules.h"
#include "frontend/Words.h"

#include <fmt/format.h>

namespace loup {
namespace {

void checkOptimizer(const OptimizerSpec &optimizer, Diagnostics &diagnostics) {
  const auto &kind = optimizer.kind;
  auto refuse = [&](const auto &value, std::string_view key, std::string_view kinds) {
    refuseIfGiven(
        diagnostics, value,
        fmt::format("'{}' is for {}, and this optimizer is '{}'", key, kinds, wordOf(kind.value)),
        kind, "the optimizer is chosen here");
  };
  if (kind == OptimizerKind::Sgd) {
    refuse(optimizer.betas, "betas", "adam and adamw");
    refuse(optimizer.epsilon, "epsilon", "adam and adamw");
  } else {
    refuse(optimizer.momentum, "momentum", "sgd");
  }
}

void checkSchedule(const ScheduleSpec &schedule, Diagnostics &diagnostics) {
  const auto &kind = schedule.kind;
  auto refuse = [&](const auto &value, std::string_view key, std::string_view kinds) {
    refuseIfGiven(
        diagnostics, value,
        fmt::format("'{}' is for {}, and this schedule is '{}'", key, kinds, wordOf(kind.value)),
        kind, "the schedule is chosen here");
  };
  if (kind != ScheduleKind::InverseSqrt && kind != ScheduleKind::Cosine)
    refuse(schedule.warmup, "warmup", "inverse_sqrt and cosine");
  if (kind != ScheduleKind::Cosine)
    refuse(schedule.steps, "steps", "cosine");
  if (kind != ScheduleKind::Plateau)
    refuse(schedule.factor, "factor", "plateau");
  if (kind != ScheduleKind::Cosine || !sure(kind, schedule.steps, schedule.warmup))
    return;
  if (schedule.steps.given() && schedule.steps <= schedule.warmup) {
    Diagnostic &error = diagnostics.error(
        schedule.steps.range,
        fmt::format("'steps' must be more than the {} steps of 'warmup'", schedule.warmup.value));
    if (schedule.warmup.given())
      error.note(schedule.warmup.range, "'warmup' is given here");
  }
}

} // namespace

void checkTraining(const Spec &spec, Diagnostics &diagnostics) {
  checkOptimizer(spec.train->optimizer, diagnostics);
  checkSchedule(spec.train->schedule, diagnostics);
}

} // namespace loup
