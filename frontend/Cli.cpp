#include "frontend/Cli.h"

#include "frontend/Nearest.h"
#include "runtime/CommandLine.h"
#include "runtime/Errors.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <thread>

namespace loup {
namespace {

constexpr std::string_view help =
    R"(Loup compiles the description of a sequence model into two native programs: one trains it,
one decodes with it.

  loup build SPEC -o DIR           make DIR/train and DIR/translate from the description SPEC
  loup bench SPEC                  measure what each rung of the ladder is worth
  loup explain SPEC -o FILE.html   show on a page what becomes of it: masks, proofs, passes, memory
  loup COMMAND --help              all that a command can do
  loup --version                   which Loup this is

Exit status: 0, 1 if something is wrong with the input, 70 if it is with the program.
)";

constexpr std::string_view about =
    R"(Compiles the description SPEC into DIR/train and DIR/translate.

  loup build freight.toml -o freight
  loup build freight.toml --emit=STAGE)";

constexpr ForeignOption foreignBuildOptions[] = {
    {"output", "did you mean -o?"},
    {"out", "did you mean -o?"},
    {"out-dir", "did you mean -o?"},
    {"output-dir", "did you mean -o?"},
    {"output-directory", "did you mean -o?"},
    {"j", "did you mean --jobs?"},
    {"parallel", "--jobs"},
    {"threads", "--jobs"},
    {"num-threads", "--jobs"},
    {"cpu-threads", "--jobs"},
    {"workers", "--jobs"},
    {"rung", "--schedule"},
    {"optimize", "--schedule"},
    {"opt-level", "--schedule"},
    {"O", "--schedule"},
    {"stage", "--emit"},
    {"dump", "--emit"},
    {"print", "--emit"},
    {"emit-mlir", "--emit"},
    {"config", "the description is named without an option: loup build SPEC"},
    {"c", "the description is named without an option: loup build SPEC"},
    {"f", "the description is named without an option: loup build SPEC"},
};

constexpr std::string_view aboutBench =
    R"(Builds the rungs of the ladder, from the program of a textbook to the fastest, and measures them
side by side: a training step, decoding, and each kind of attention alone.

  loup bench freight.toml
  loup bench freight.toml --schedules fused,packed --lengths 64,512 --svg freight.svg
  loup bench freight.toml --data a.src a.tgt)";

constexpr std::string_view columnsOfBench = R"(
What the table's columns say:
  time      the median of 9 repetitions (5, if they take more than a second), which alternate at
            random with those of all others
  ratio     to the time of the first rung
  tokens/s  real ones: of the target in training, generated ones in decoding, in an attention
            its queries
  GFLOP/s   of the textbook's products, on real tokens and allowed pairs alone: the same work for
            every rung. A multiply-add counts as two operations
  of peak   the same as a share of the multiply-adds that this machine was measured to do at most
  memory    weights, gradients (in decoding: states) and values; of an attention, what it writes
  masks     bytes of masks that exist as tensors
  padding   the share of padding in what is computed

An attention's time is that of its kernels within the training step, the mean of its layers.
)";

constexpr ForeignOption foreignBenchOptions[] = {
    {"schedule", "--schedules"},
    {"rungs", "--schedules"},
    {"length", "--lengths"},
    {"seq-len", "--lengths"},
    {"train", "--data"},
    {"output", "--json or --svg"},
    {"o", "--json or --svg"},
    {"out", "--json or --svg"},
    {"chart", "--svg"},
    {"num-threads", "--threads"},
    {"cpu-threads", "--threads"},
    {"j", "--threads"},
    {"jobs", "--threads"},
    {"benchmark_out", "--json"},
    {"config", "the description is named without an option: loup bench SPEC"},
    {"c", "the description is named without an option: loup bench SPEC"},
};

constexpr std::string_view aboutExplain =
    R"(Writes a page about the description SPEC, to be read in a browser: its masks as pictures, what
is proved of them, the program before and after each pass, the kernels and the memory plan.

  loup explain freight.toml -o freight.html)";

constexpr ForeignOption foreignExplainOptions[] = {
    {"output", "did you mean -o?"},
    {"out", "did you mean -o?"},
    {"html", "did you mean -o?"},
    {"rung", "--schedule"},
    {"size", "--length"},
    {"config", "the description is named without an option: loup explain SPEC"},
};

std::string listChoices(std::string_view title, const std::vector<Choice> &choices) {
  std::string text = fmt::format("\n{}\n", title);
  for (const Choice &choice : choices)
    text += fmt::format("  {:<26}  {}\n", choice.name, choice.help);
  return text;
}

void requireChoice(std::string_view option, std::string_view given,
                   const std::vector<Choice> &choices) {
  std::vector<std::string_view> names;
  for (const Choice &choice : choices)
    names.push_back(choice.name);
  if (std::find(names.begin(), names.end(), given) == names.end())
    throw UserError(fmt::format("{} {}: {}", option, given, whatInstead(given, names)));
}

void runBuild(int argc, char **argv, const Commands &commands) {
  BuildOptions options;
  options.schedule = commands.schedules.back().name;
  options.jobs = std::max(1u, std::thread::hardware_concurrency());

  CLI::App app{std::string(about), "loup build"};
  app.get_formatter()->column_width(30);
  app.add_option("SPEC", options.spec, "The description, a TOML file")->required()->type_name("");
  app.add_option("-o", options.directory, "Where the programs go; it is made if need be")
      ->type_name("DIR");
  app.add_option("--schedule", options.schedule, "The rung of the ladder, see below")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--emit", options.stage,
                 "Stop after STAGE, see below, and write the program as it is\n"
                 "then, to standard output or to a file in DIR")
      ->type_name("STAGE");
  app.add_option("--jobs", options.jobs, "Kernels compiled at the same time")
      ->type_name("N")
      ->check(wholeNumber(1, 1024), "")
      ->capture_default_str();
  app.footer(
      listChoices("Schedules, from the program of a textbook to the fastest:", commands.schedules) +
      listChoices("Stages, in the order of the pipeline:", commands.stages));
  if (!parseCommandLine(app, argc, argv, foreignBuildOptions))
    return;

  requireChoice("--schedule", options.schedule, commands.schedules);
  if (!options.stage.empty())
    requireChoice("--emit", options.stage, commands.stages);
  else if (options.directory.empty())
    throw UserError("-o DIR says where the programs go; it is missing");
  commands.build(options);
}

/// Numbers and names that are given twice count once.
template <class T> void removeRepeated(std::vector<T> &values) {
  auto end = values.end();
  for (auto i = values.begin(); i != end; ++i)
    end = std::remove(i + 1, end, *i);
  values.erase(end, values.end());
}

void runBench(int argc, char **argv, const Commands &commands) {
  BenchOptions options;
  for (const Choice &schedule : commands.schedules)
    options.schedules.push_back(schedule.name);
  std::vector<std::string> data;

  CLI::App app{std::string(aboutBench), "loup bench"};
  app.get_formatter()->column_width(30);
  app.add_option("SPEC", options.spec, "The description, a TOML file")->required()->type_name("");
  app.add_option("--schedules", options.schedules,
                 "Rungs of the ladder [all], see below. The others are\n"
                 "compared with the first")
      ->type_name("A,B")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--lengths", options.lengths,
                 "Measure on sentences of N tokens, [train] batch_tokens\n"
                 "of them in a batch [32,128]")
      ->type_name("N,N")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(wholeNumber(1, 1 << 20), "");
  app.add_option("--data", data,
                 "Measure on these lines instead, source and target, in\n"
                 "their order: batches hold sentences of unlike length")
      ->type_name("SRC TGT")
      ->expected(2);
  app.add_option("--json", options.json, "Write all figures")->type_name("FILE");
  app.add_option("--svg", options.svg, "Draw a chart")->type_name("FILE");
  app.add_option("--threads", options.threads, "Threads to compute with [every core]")
      ->type_name("N")
      ->check(threadNumber(), "");
  app.footer(
      std::string(columnsOfBench) +
      listChoices("Schedules, from the program of a textbook to the fastest:", commands.schedules));
  if (!parseCommandLine(app, argc, argv, foreignBenchOptions))
    return;

  if (!data.empty() && !options.lengths.empty())
    throw UserError("--data and --lengths: sentences come from one of them");
  for (const std::string &schedule : options.schedules)
    requireChoice("--schedules", schedule, commands.schedules);
  removeRepeated(options.schedules);
  removeRepeated(options.lengths);
  if (!data.empty())
    options.data = TextPair{data[0], data[1]};
  commands.bench(options);
}

void runExplain(int argc, char **argv, const Commands &commands) {
  ExplainOptions options;
  options.schedule = commands.schedules.back().name;

  CLI::App app{std::string(aboutExplain), "loup explain"};
  app.get_formatter()->column_width(30);
  app.add_option("SPEC", options.spec, "The description, a TOML file")->required()->type_name("");
  app.add_option("-o", options.file, "The page")->required()->type_name("FILE");
  app.add_option("--schedule", options.schedule, "The rung of the ladder, see below")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--length", options.length,
                 fmt::format("Tokens for which masks are drawn, {} to {} and up to the\n"
                             "model's length; on the page the reader can change to half\n"
                             "or twice as many. If not given, {} or the model's length",
                             shortestPicture, longestPicture, usualPicture))
      ->type_name("N")
      ->check(wholeNumber(shortestPicture, longestPicture), "");
  app.footer(
      listChoices("Schedules, from the program of a textbook to the fastest:", commands.schedules));
  if (!parseCommandLine(app, argc, argv, foreignExplainOptions))
    return;
  requireChoice("--schedule", options.schedule, commands.schedules);
  commands.explain(options);
}

[[noreturn]] void refuseCommand(std::string_view command) {
  if (command == "train" || command == "translate")
    throw UserError(fmt::format("'{0}' is a program that Loup makes: loup build SPEC -o DIR, then "
                                "DIR/{0}",
                                command));
  if (command.ends_with(".toml"))
    throw UserError(fmt::format("did you mean loup build {} -o DIR?", command));
  throw UserError(fmt::format("unknown command '{}'; {}", command,
                              whatInstead(command, {"build", "bench", "explain"})));
}

} // namespace

int runCommandLine(int argc, char **argv, const Commands &commands) {
  std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "build")
    return reportErrors("loup build", [&] { runBuild(argc - 1, argv + 1, commands); });
  if (command == "bench")
    return reportErrors("loup bench", [&] { runBench(argc - 1, argv + 1, commands); });
  if (command == "explain")
    return reportErrors("loup explain", [&] { runExplain(argc - 1, argv + 1, commands); });
  return reportErrors("loup", [&] {
    if (command.empty())
      throw UserError(fmt::format("no command is given\n\n{}", help));
    if (command == "--version")
      fmt::print("loup {}\n", LOUP_VERSION);
    else if (command == "--help" || command == "-h" || command == "help")
      fmt::print("{}", help);
    else
      refuseCommand(command);
  });
}

} // namespace loup
