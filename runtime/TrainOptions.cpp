#include "runtime/TrainOptions.h"

#include "runtime/CommandLine.h"
#include "runtime/Errors.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdint>

namespace loup {

static constexpr const char *about =
    R"(Trains "{0}" on pairs of lines: a source, and its target in the same line of another file.

  train --train a.src a.tgt --valid b.src b.tgt --save {0}.safetensors
  train --train a.src a.tgt --valid b.src b.tgt --save {0}.safetensors --resume

Files are UTF-8 text, plain or gzipped. Training goes on until --steps, --epochs, --minutes
or --patience ends it, or Ctrl-C: then too it saves first, and --resume goes on from there as
if it had never stopped.
)";

static constexpr const char *exits =
    "Exit status: 0, 1 if something is wrong with the input, 70 if it is with the program.\n";

static TextPair pairOf(const std::string &option, const std::vector<std::string> &files) {
  if (files.size() > 2)
    throw UserError(fmt::format("{} {}: a source and a target, or one file of both with a tab "
                                "between; repeat {} for more",
                                option, fmt::join(files, " "), option));
  return {files[0], files.size() == 2 ? files[1] : ""};
}

/// Throws where options contradict each other.
static void check(const CLI::App &app, const Description &description, TrainOptions &options) {
  if (app.count("--batch-tokens") && app.count("--batch-lines"))
    throw UserError("--batch-tokens and --batch-lines: a batch is measured by one of them");
  if (options.resume && !options.init.empty())
    throw UserError("--resume goes on with the weights of --save, --init takes those of another "
                    "file: give one of them");
  for (const char *option : {"--valid-every", "--patience"})
    if (app.count(option) && !options.valid)
      throw UserError(fmt::format("{} needs --valid", option));
  if (options.schedule.kind == "plateau" && !options.valid)
    throw UserError(fmt::format("\"{}\" lowers its learning rate when validation stalls: it needs "
                                "--valid",
                                description.name));
  if (options.schedule.kind == "cosine" && options.schedule.steps == 0) {
    if (options.steps <= options.schedule.warmup)
      throw UserError(fmt::format("\"{}\" has a cosine schedule that ends with the training: it "
                                  "needs --steps, more than the {} of its warm-up",
                                  description.name, options.schedule.warmup));
    options.schedule.steps = options.steps;
  }
}

bool readTrainOptions(int argc, char **argv, const Description &description,
                      TrainOptions &options) {
  options.batch.tokens = description.train.batchTokens;
  options.schedule = description.train.schedule;
  std::vector<std::vector<std::string>> train;
  std::vector<std::string> valid;
  bool inOrder = false;

  CLI::App app(fmt::format(fmt::runtime(about), description.name), "train");
  app.footer(exits);
  app.get_formatter()->column_width(30);
  auto count = [&](const char *name, auto &value, const char *help, int64_t least = 1,
                   int64_t most = 1'000'000'000) {
    return app.add_option(name, value, help)->type_name("N")->check(wholeNumber(least, most), "");
  };

  app.add_option("--train", train,
                 "A file of sources and one of targets, or one file\n"
                 "of lines SRC tab TGT; repeat it for more")
      ->type_name("SRC TGT")
      ->expected(1, 2)
      ->required();
  app.add_option("--valid", valid, "The same, never trained on, to measure progress")
      ->type_name("SRC TGT")
      ->expected(1, 2);
  app.add_option("--save", options.save,
                 "Where to keep the weights and all that translation\n"
                 "needs. FILE.best is the best of them by validation\n"
                 "loss, and FILE.state what --resume needs")
      ->type_name("FILE")
      ->required();
  app.add_option("--init", options.init, "Begin with the weights of FILE")->type_name("FILE");
  app.add_flag("--resume", options.resume, "Go on where --save's FILE stopped");
  count("--steps", options.steps, "End after N steps, those before --resume included");
  count("--epochs", options.epochs, "End after N times through the data");
  app.add_option("--minutes", options.minutes, "End after N minutes")
      ->type_name("N")
      ->check(positiveNumber, "");
  count("--patience", options.patience, "End after N validations in a row without a better one");
  count("--batch-tokens", options.batch.tokens,
        "Target tokens of a batch, ends included, padding not", 1, 10'000'000)
      ->capture_default_str();
  count("--batch-lines", options.batch.lines, "Lines of a batch, instead", 1, 1'000'000);
  count("--accumulate", options.accumulate, "Batches that make one step")->capture_default_str();
  app.add_option("--learning-rate", options.schedule.rate, "The highest; the schedule stays")
      ->type_name("X")
      ->check(positiveNumber, "")
      ->capture_default_str();
  count("--valid-every", options.validEvery, "Steps between validations")->capture_default_str();
  count("--save-every", options.saveEvery, "Steps between saves")->capture_default_str();
  count("--seed", options.seed, "Of first weights, order and dropout", 0, INT64_MAX)
      ->capture_default_str();
  app.add_option("--threads", options.threads,
                 "Threads to compute with [every core]. The numbers\n"
                 "do not depend on it")
      ->type_name("N")
      ->check(threadNumber(), "");
  app.add_flag("--no-shuffle", inOrder, "Take the data in their order");
  app.add_flag("--ids", options.ids, "Files hold token ids, separated by spaces, instead of text");
  app.add_option("--log", options.log, "Write one JSON object a step")->type_name("FILE");
  app.add_option("--save-gradients", options.gradients,
                 "Write the gradients of this run's first step, averaged\n"
                 "over its target tokens, before clipping")
      ->type_name("FILE");
  app.add_flag("--quiet", options.quiet, "Show nothing but errors");

  if (!parseCommandLine(app, argc, argv, foreignTrainOptions))
    return false;
  for (const std::vector<std::string> &files : train)
    options.train.push_back(pairOf("--train", files));
  if (!valid.empty())
    options.valid = pairOf("--valid", valid);
  options.shuffle = !inOrder;
  check(app, description, options);
  return true;
}

} // namespace loup
