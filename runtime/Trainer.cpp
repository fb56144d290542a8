#include "runtime/Trainer.h"

#include "runtime/Errors.h"
#include "runtime/Random.h"
#include "runtime/Schedule.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace loup {

using nlohmann::json;

Trainer::Trainer(Model &model, const TrainOptions &options, const CheckpointInfo &info,
                 Batcher &batcher, const Validator *validator, Progress &progress)
    : model(model), options(options), info(info), batcher(batcher), validator(validator),
      progress(progress), optimizer(model.description().train.optimizer, model.weights().size()) {}

// ---- from run to run ----

TrainingState Trainer::state() {
  json stands = {{"place", batcher.state()},
                 {"unimproved", standing.unimproved},
                 {"stalls", standing.stalls},
                 {"validated", standing.validated}};
  for (auto [name, loss] : {std::pair("best", standing.best), {"kept", standing.kept}})
    if (std::isfinite(loss)) // JSON has no infinity
      stands[name] = loss;
  TrainingState state{stands.dump(), {}};
  for (Optimizer::Moment &moment : optimizer.moments)
    state.moments.push_back({moment.name, moment.values});
  return state;
}

void Trainer::save() {
  TrainingState current = state();
  saveCheckpoint(options.save, model, info, &current);
  savedStep = info.step;
  if (!std::isfinite(standing.kept)) // what lies there is another training's
    std::filesystem::remove(bestPath(options.save));
}

void Trainer::resume() {
  TrainingState read = state();
  loadTrainingState(options.save, model, info.step, read);
  try {
    json stands = json::parse(read.progress);
    standing.best = stands.value("best", standing.best);
    standing.kept = stands.value("kept", standing.kept);
    standing.unimproved = stands.at("unimproved");
    standing.stalls = stands.at("stalls");
    standing.validated = stands.at("validated");
    batcher.restore(stands.at("place"));
  } catch (const json::exception &) {
    throw UserError(
        fmt::format("{}.state: what it says of the training is malformed", options.save));
  }
  savedStep = info.step;
}

// ---- when it ends ----

double Trainer::secondsSinceStart() const {
  return std::chrono::duration<double>(Progress::Clock::now() - start).count();
}

/// How much of the training is done, from 0 to 1, or -1 where it has no end.
double Trainer::share() const {
  double share = -1;
  if (options.steps > 0)
    share = std::max(share, static_cast<double>(info.step) / options.steps);
  if (options.epochs > 0)
    share = std::max(share, (batcher.epoch() + batcher.progress()) / options.epochs);
  if (options.minutes > 0)
    share = std::max(share, secondsSinceStart() / (60 * options.minutes));
  return share;
}

bool Trainer::ended() const {
  return interrupt.requested() || share() >= 1 ||
         (options.patience > 0 && standing.unimproved >= options.patience);
}

// ---- a step ----

std::optional<Trainer::Result> Trainer::step() {
  auto begin = Progress::Clock::now();
  Result result;
  int64_t step = info.step + 1;
  uint32_t key = dropoutKey(options.seed, step);
  std::span<float> gradients = model.gradients();
  for (int64_t i = 0; i < options.accumulate && batcher.next(batch); ++i) {
    result.loss += model.trainStep(batch, key);
    result.tokens += static_cast<int64_t>(batch.target.tokens.size());
    if (options.accumulate == 1)
      continue;
    if (i == 0)
      sum.assign(gradients.begin(), gradients.end());
    else
      std::transform(sum.begin(), sum.end(), gradients.begin(), sum.begin(), std::plus<float>());
  }
  if (result.tokens == 0) // the epoch has ended
    return std::nullopt;
  if (!std::isfinite(result.loss))
    failDiverged("loss", result.loss);

  if (options.accumulate > 1)
    gradients = sum;
  double scale = 1.0 / static_cast<double>(result.tokens);
  result.norm = optimizer.globalNorm(gradients) * scale;
  if (!std::isfinite(result.norm))
    failDiverged("norm of the gradients", result.norm);
  if (firstStep && !options.gradients.empty()) {
    std::vector<float> averages(gradients.begin(), gradients.end());
    for (float &gradient : averages)
      gradient = static_cast<float>(gradient * scale);
    saveTensors(options.gradients, model, averages);
  }
  firstStep = false;

  result.rate = learningRate(options.schedule, step, standing.stalls);
  double clip = clipFactor(result.norm, model.description().train.clip);
  optimizer.update(model.weights(), gradients, clip * scale, result.rate, step);
  info.step = step;
  result.seconds = std::chrono::duration<double>(Progress::Clock::now() - begin).count();
  return result;
}

void Trainer::failDiverged(const char *what, double value) const {
  std::string unharmed =
      savedStep ? fmt::format("{} keeps the weights of step {}", options.save, *savedStep)
                : "nothing has been saved yet";
  throw UserError(fmt::format("the {} is {} in step {}, so training cannot go on; {}. A lower "
                              "--learning-rate (it is {}), a "
                              "longer warm-up or `clip` in [train] of the description may help",
                              what, std::isnan(value) ? "not a number" : "infinite", info.step + 1,
                              unharmed, options.schedule.rate));
}

// ---- validation ----

bool Trainer::validationIsDue() const {
  return validator && info.step % options.validEvery == 0 && standing.validated != info.step;
}

/// Nothing where the user has interrupted it.
std::optional<Validation> Trainer::validate() {
  auto validation = validator->run(model, [&](double share) {
    progress.show(share, fmt::format("validation at step {}", info.step));
    return !interrupt.requested();
  });
  if (!validation)
    return std::nullopt;
  if (!std::isfinite(validation->loss))
    failDiverged("validation loss", validation->loss);

  bool best = validation->loss < standing.kept;
  progress.note(fmt::format("step {}: validation loss {:.4f}, perplexity {:.2f}, BLEU {:.2f}{}",
                            info.step, validation->loss, std::exp(validation->loss),
                            validation->bleu, best ? ", the best so far" : ""));
  for (const Validation::Sample &sample : validation->samples)
    progress.note(fmt::format("    source       {}\n    reference    {}\n    translation  {}\n",
                              sample.source, sample.reference, sample.translation));
  if (best) {
    saveCheckpoint(bestPath(options.save), model, info);
    standing.kept = validation->loss;
  }
  return validation;
}

/// Draws the conclusions for patience and schedule.
void Trainer::judge(const Validation &validation) {
  standing.validated = info.step;
  if (validation.loss < standing.best) {
    standing.best = validation.loss;
    standing.unimproved = 0;
  } else {
    ++standing.unimproved;
    ++standing.stalls;
  }
}

// ---- what is seen of it ----

void Trainer::show() {
  double done = share();
  std::string text = fmt::format("step {}", info.step);
  if (options.steps > 0)
    text += fmt::format("/{}", options.steps);
  text += fmt::format(", loss {:.4f}", pace.lossPerToken());
  if (model.description().train.labelSmoothing == 0)
    text += fmt::format(", perplexity {:.2f}", std::exp(pace.lossPerToken()));
  text += fmt::format(", {:.0f} tokens/s", pace.tokensPerSecond());
  if (done > shareAtStart)
    text += fmt::format(", {} left",
                        formatDuration(secondsSinceStart() * (1 - done) / (done - shareAtStart)));
  progress.show(done, text);
}

void Trainer::log(const Result &result, const std::optional<Validation> &validation) {
  if (!trainingLog)
    return;
  nlohmann::ordered_json object = {{"step", info.step},
                                   {"epoch", batcher.epoch()},
                                   {"loss", result.loss / static_cast<double>(result.tokens)},
                                   {"tokens", result.tokens},
                                   {"learning_rate", result.rate},
                                   {"gradient_norm", result.norm},
                                   {"seconds", result.seconds}};
  if (validation) {
    object["validation_loss"] = validation->loss;
    object["validation_bleu"] = validation->bleu;
  }
  trainingLog->write(object);
}

// ---- the loop ----

void Trainer::run() {
  if (!options.log.empty())
    trainingLog.emplace(options.log, info.step);
  start = Progress::Clock::now();
  shareAtStart = std::max(share(), 0.0);

  // The run that is resumed may have been interrupted in its validation.
  if (info.step > 0 && validationIsDue())
    if (auto validation = validate())
      judge(*validation);

  while (!ended()) {
    std::optional<Result> result = step();
    if (!result)
      continue;
    pace.add(result->loss, result->tokens, result->seconds);
    show();

    std::optional<Validation> validation;
    if (validationIsDue()) {
      validation = validate();
      if (validation)
        judge(*validation);
    } else if (validator && ended() && !interrupt.requested()) {
      // Only to be seen and for FILE.best: a longer run would not have validated here, and to
      // resume must be the same as to go on.
      validation = validate();
    }
    log(*result, validation);
    if (info.step % options.saveEvery == 0)
      save();
  }
  if (firstStep) {
    progress.note(fmt::format("nothing to do: step {} ends the training already", info.step));
    return;
  }
  if (savedStep != info.step)
    save();
  progress.note(fmt::format("{}step {}: saved {}", interrupt.requested() ? "interrupted at " : "",
                            info.step, options.save));
}

} // namespace loup
