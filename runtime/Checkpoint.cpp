#include "runtime/Checkpoint.h"

#include "runtime/AtomicFile.h"
#include "runtime/Base64.h"
#include "runtime/Errors.h"
#include "runtime/SafetensorsFile.h"
#include "runtime/Utf8.h"

#include <fmt/format.h>

#include <charconv>

namespace loup {

static constexpr const char *nameKey = "loup.name";
static constexpr const char *fingerprintKey = "loup.fingerprint";
static constexpr const char *stepKey = "loup.step";
static constexpr const char *sourceTokenizerKey = "loup.source_tokenizer";
static constexpr const char *targetTokenizerKey = "loup.target_tokenizer";
static constexpr const char *progressKey = "loup.progress";

std::string statePath(const std::string &path) { return path + ".state"; }
std::string bestPath(const std::string &path) { return path + ".best"; }

/// One tensor a parameter, of `values` laid out as the weights.
static std::vector<FloatTensor> tensorsOf(const Model &model, const std::string &prefix,
                                          std::span<float> values) {
  std::vector<FloatTensor> tensors;
  for (const Parameter &p : model.parameters())
    tensors.push_back({prefix + std::string(p.name), p.shape, values.subspan(p.offset, p.size())});
  return tensors;
}

static std::vector<FloatTensor> tensorsOf(const Model &model, const TrainingState &state) {
  std::vector<FloatTensor> tensors;
  for (const TrainingState::Moment &moment : state.moments)
    for (FloatTensor &tensor : tensorsOf(model, moment.name + ".", moment.values))
      tensors.push_back(std::move(tensor));
  return tensors;
}

static SafetensorsMetadata commonMetadata(const Model &model, int64_t step) {
  return {{"format", "pt"}, // tells Hugging Face's libraries whose layouts these are
          {nameKey, model.description().name},
          {fingerprintKey, model.description().fingerprint},
          {stepKey, std::to_string(step)}};
}

void saveCheckpoint(const std::string &path, Model &model, const CheckpointInfo &info,
                    const TrainingState *state) {
  SafetensorsMetadata metadata = commonMetadata(model, info.step);
  if (info.sourceTokenizer)
    metadata[sourceTokenizerKey] = encodeBase64(*info.sourceTokenizer);
  if (info.targetTokenizer)
    metadata[targetTokenizerKey] = encodeBase64(*info.targetTokenizer);
  AtomicFile weightFile(path);
  writeSafetensors(weightFile, metadata, tensorsOf(model, "", model.weights()));
  weightFile.finish();

  std::optional<AtomicFile> stateFile;
  if (state) {
    metadata = commonMetadata(model, info.step);
    metadata[progressKey] = state->progress;
    stateFile.emplace(statePath(path));
    writeSafetensors(*stateFile, metadata, tensorsOf(model, *state));
    stateFile->finish();
  }

  weightFile.commit();
  if (stateFile)
    stateFile->commit();
}

/// Reads `tensors`, exactly those of the file, which must belong to the model's description if it
/// says to which it belongs.
static void readTensors(SafetensorsFile &file, const std::string &path, const Model &model,
                        const std::vector<FloatTensor> &tensors) {
  std::string difference = file.difference(tensors);
  const SafetensorsMetadata &metadata = file.metadata();
  auto fingerprint = metadata.find(fingerprintKey);
  if (fingerprint != metadata.end() && fingerprint->second != model.description().fingerprint) {
    auto name = metadata.find(nameKey);
    throw UserError(fmt::format(
        "{}: it belongs to another description, named \"{}\"; this program is made from \"{}\"{}{}",
        path, name == metadata.end() ? "" : printable(name->second), model.description().name,
        difference.empty() ? "" : ": ", difference));
  }
  if (!difference.empty())
    throw UserError(fmt::format("{}: {}", path, difference));
  file.read(tensors);
}

/// The step that a file is of; 0 where it does not say.
static int64_t stepOf(const SafetensorsFile &file, const std::string &path) {
  auto found = file.metadata().find(stepKey);
  if (found == file.metadata().end())
    return 0;
  const std::string &text = found->second;
  int64_t step = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
  if (error != std::errc() || end != text.data() + text.size() || step < 0)
    throw UserError(fmt::format("{}: its metadata {} is no number", path, stepKey));
  return step;
}

static std::optional<std::string> tokenizerOf(const SafetensorsFile &file, const std::string &path,
                                              const char *key) {
  auto found = file.metadata().find(key);
  if (found == file.metadata().end())
    return std::nullopt;
  std::optional<std::string> tokenizer = decodeBase64(found->second);
  if (!tokenizer)
    throw UserError(fmt::format("{}: its metadata {} is not Base64", path, key));
  return tokenizer;
}

CheckpointInfo loadCheckpoint(const std::string &path, Model &model) {
  SafetensorsFile file(path);
  readTensors(file, path, model, tensorsOf(model, "", model.weights()));
  return {stepOf(file, path), tokenizerOf(file, path, sourceTokenizerKey),
          tokenizerOf(file, path, targetTokenizerKey)};
}

void loadTrainingState(const std::string &path, const Model &model, int64_t step,
                       TrainingState &state) {
  SafetensorsFile file(statePath(path));
  if (int64_t stateStep = stepOf(file, statePath(path)); stateStep != step)
    throw UserError(fmt::format("{} is of step {}, and {} of step {}: they were not saved together "
                                "(--init {} starts anew from the weights alone)",
                                path, step, statePath(path), stateStep, path));
  readTensors(file, statePath(path), model, tensorsOf(model, state));
  auto progress = file.metadata().find(progressKey);
  if (progress == file.metadata().end())
    throw UserError(fmt::format("{}: its metadata has no {}", statePath(path), progressKey));
  state.progress = progress->second;
}

void saveTensors(const std::string &path, const Model &model, std::span<float> values) {
  AtomicFile file(path);
  writeSafetensors(file, {{"format", "pt"}}, tensorsOf(model, "", values));
  file.finish();
  file.commit();
}

} // namespace loup
