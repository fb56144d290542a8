#include "runtime/Train.h"

#include "runtime/Errors.h"
#include "runtime/InitialWeights.h"
#include "runtime/NamedFiles.h"
#include "runtime/ThreadPool.h"
#include "runtime/TokenizerPair.h"
#include "runtime/Trainer.h"

#include <fmt/format.h>

#include <csignal>
#include <filesystem>

namespace loup {
namespace {

/// Fills the weights, from a checkpoint where one is to be begun with.
CheckpointInfo prepareWeights(Model &model, const TrainOptions &options) {
  if (options.resume)
    return loadCheckpoint(options.save, model);
  if (options.init.empty()) {
    initializeWeights(model, options.seed);
    return {};
  }
  CheckpointInfo info = loadCheckpoint(options.init, model);
  info.step = 0;
  return info;
}

bool tokenizersLearn(const Description &description) {
  return learnsFromText(description.source) ||
         (!description.sharedTokenizer && learnsFromText(description.target));
}

/// The tokenizers of the weights, or new ones, which are added to `info`.
TokenizerPair prepareTokenizers(const Description &description, const TrainOptions &options,
                                CheckpointInfo &info, Progress &progress) {
  if (options.ids)
    return idTokenizers(description);
  if (options.resume || info.sourceTokenizer)
    return loadTokenizers(description, info, options.resume ? options.save : options.init);
  TokenizerPair tokenizers;
  auto make = [&] {
    tokenizers = trainTokenizers(description, options.train,
                                 [&](const std::string &notice) { progress.note(notice); });
  };
  if (!tokenizersLearn(description)) {
    make();
  } else {
    if (!options.init.empty())
      progress.note(fmt::format("{} holds no tokenizer, so new ones are learnt", options.init));
    progress.during("making the tokenizers from the training text", make);
  }
  info.sourceTokenizer = tokenizers.source->serialize();
  if (tokenizers.ownTarget)
    info.targetTokenizer = tokenizers.ownTarget->serialize();
  return tokenizers;
}

/// What is written. The log is written as it comes, and so may be a pipe or a device.
std::vector<NamedFile> outputsOf(const TrainOptions &options) {
  std::vector<NamedFile> outputs = {{"--save", options.save},
                                    {"--save's state", statePath(options.save)},
                                    {"--save's best", bestPath(options.save)}};
  if (!std::filesystem::exists(options.log) || std::filesystem::is_regular_file(options.log))
    outputs.push_back({"--log", options.log});
  outputs.push_back({"--save-gradients", options.gradients});
  return outputs;
}

/// Better now than after an hour.
void checkFiles(const TrainOptions &options) {
  std::vector<NamedFile> inputs;
  for (const TextPair &pair : options.train)
    inputs.insert(inputs.end(), {{"--train", pair.source}, {"--train", pair.target}});
  if (options.valid)
    inputs.insert(inputs.end(),
                  {{"--valid", options.valid->source}, {"--valid", options.valid->target}});
  std::vector<NamedFile> outputs = outputsOf(options);
  requireNothingLost(inputs, outputs);
  // --save may go on in the file that it began with.
  requireNothingLost({{"--init", options.init}},
                     {{"--log", options.log}, {"--save-gradients", options.gradients}});
  requireWritable(outputs);
}

void train(int argc, char **argv, std::unique_ptr<Model> (*makeModel)()) {
  std::unique_ptr<Model> model = makeModel();
  const Description &description = model->description();
  TrainOptions options;
  if (!readTrainOptions(argc, argv, description, options))
    return;
  setThreadCount(options.threads);
  Progress progress = makeProgress(options.quiet);

  checkFiles(options);
  if (!options.resume && std::filesystem::exists(options.save))
    progress.note(
        fmt::format("{0} exists and will be replaced, as will {1} and {2} (--resume would "
                    "go on with it)",
                    options.save, statePath(options.save), bestPath(options.save)));

  CheckpointInfo info = prepareWeights(*model, options);
  TokenizerPair tokenizers = prepareTokenizers(description, options, info, progress);
  std::optional<Corpus> corpus;
  progress.during("reading the training text", [&] {
    corpus.emplace(options.train, *tokenizers.source, tokenizers.target(), description);
  });

  Limits limits = trainingLimits(options.batch, description.maximumLength);
  model->reserveTraining(limits);
  std::optional<Validator> validator;
  if (options.valid) {
    validator.emplace(*options.valid, tokenizers, description, limits);
    model->reserveDecoding(validator->decodingLimits());
    for (const std::string &notice : validator->notices())
      progress.note(notice);
  }

  Batcher batcher(*corpus, options.batch, limits, options.seed, options.shuffle);
  Trainer trainer(*model, options, info, batcher, validator ? &*validator : nullptr, progress);
  if (options.resume)
    trainer.resume();
  int64_t weights = 0;
  for (const Parameter &parameter : model->parameters())
    weights += parameter.size();
  progress.note(fmt::format("{}: {} weights, {} pairs of lines, {} thread{}", description.name,
                            weights, corpus->lines(), threadCount(),
                            threadCount() == 1 ? "" : "s"));
  trainer.run();
  for (const std::string &notice : corpus->notices())
    progress.note(notice);
}

} // namespace

int trainMain(int argc, char **argv, std::unique_ptr<Model> (*makeModel)()) {
  // Neither a reader of the output that goes away nor a limit on the size of files may end the
  // program before it has saved.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  return reportErrors(std::filesystem::path(argv[0]).filename().string(),
                      [&] { train(argc, argv, makeModel); });
}

} // namespace loup
