// The command line, read with advice: an option spelt as another tool spells it (Marian, fairseq,
// OpenNMT, CTranslate2), or misspelt, is answered with ours.
#pragma once

#include <span>
#include <string_view>

namespace CLI {
class App;
}

namespace loup {

/// One line of a table. `foreign` is written without its leading dashes and with hyphens for
/// underscores; `answer` is our option ("--learning-rate") or, where there is none, a piece of
/// advice ("the description says it: [model] dropout").
struct ForeignOption {
  std::string_view foreign, answer;
};

extern const std::span<const ForeignOption> foreignTrainOptions;
extern const std::span<const ForeignOption> foreignTranslateOptions;

/// Parses the command line into what `app` binds. Returns false after it has printed the answer to
/// --help, true otherwise. Throws UserError that names the option and what would be right.
bool parseCommandLine(CLI::App &app, int argc, char **argv, std::span<const ForeignOption> foreign);

} // namespace loup
