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

  loup build SPEC -o DIR    make DIR/train and DIR/translate from the description SPEC
  loup build --help         all that build can do
  loup --version            which Loup this is

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

[[noreturn]] void refuseCommand(std::string_view command) {
  if (command == "train" || command == "translate")
    throw UserError(fmt::format("'{0}' is a program that Loup makes: loup build SPEC -o DIR, then "
                                "DIR/{0}",
                                command));
  if (command == "bench" || command == "explain")
    throw UserError(fmt::format("'{}' is not supported yet", command));
  if (command.ends_with(".toml"))
    throw UserError(fmt::format("did you mean loup build {} -o DIR?", command));
  throw UserError(
      fmt::format("unknown command '{}'; {}", command, whatInstead(command, {"build"})));
}

} // namespace

int runCommandLine(int argc, char **argv, const Commands &commands) {
  std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "build")
    return reportErrors("loup build", [&] { runBuild(argc - 1, argv + 1, commands); });
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
