#include "runtime/TranslateOptions.h"
#include "runtime/CommandLine.h"
#include "runtime/Errors.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace loup {

static constexpr const char *about =
    R"(Translates standard input, one sentence a line, to standard output.

  {0} --model {1}.safetensors < lines > translations
  {0} --model {1}.safetensors --score targets < sources > log-probabilities

Translations come in the order of the lines, and each as soon as it can: standard input
may stay open. An empty line is translated to an empty line. A line longer than the model
takes ({2} tokens) is cut, and standard error says so at the end.
)";

static constexpr const char *exits =
    "Exit status: 0, 1 if something is wrong with the input, 70 if it is with the program.\n";

bool readTranslateOptions(int argc, char **argv, const Description &description,
                          TranslateOptions &options) {
  options.beam = description.decode.beam;
  options.lengthPenalty = description.decode.lengthPenalty;

  CLI::App app(fmt::format(fmt::runtime(about), description.task, description.name,
                           description.maximumLength - 1),
               description.task);
  app.footer(exits);
  app.get_formatter()->column_width(30);
  app.add_option("--model", options.model, "What the trainer saved")->type_name("FILE")->required();
  app.add_option("--beam", options.beam, "Hypotheses kept at each step; 1 is greedy, the fastest")
      ->type_name("N")
      ->check(wholeNumber(1, 1000), "")
      ->capture_default_str();
  app.add_option("--length-penalty", options.lengthPenalty,
                 "A: of all translations found, the best has the highest\n"
                 "log-probability / length^A, end included")
      ->type_name("A")
      ->check(number(-10, 10), "")
      ->capture_default_str();
  app.add_option("--max-length", options.maximumLength,
                 fmt::format("Longest translation in tokens, at most {} [3 x source + 20]",
                             description.maximumLength - 1))
      ->type_name("N")
      ->check(wholeNumber(1, 1000000), "");
  app.add_option("--n-best", options.nBest,
                 "Print up to N translations of each line, at most --beam,\n"
                 "best first, as lines of\n"
                 "  index ||| text ||| score\n"
                 "where index counts the lines of the input from 0")
      ->type_name("N")
      ->check(wholeNumber(1, 1000), "");
  app.add_option("--score", options.targets,
                 "Translate nothing, but print for each line of the input\n"
                 "and the same line of FILE, its target, the (natural)\n"
                 "log-probability of each token of the target and of its\n"
                 "end, separated by spaces. The input is read to its end\n"
                 "before anything is printed")
      ->type_name("FILE");
  app.add_option("--batch-tokens", options.batchTokens,
                 "Source tokens translated together: more are faster and\n"
                 "take more memory")
      ->type_name("N")
      ->check(wholeNumber(1, 1000000), "")
      ->capture_default_str();
  app.add_option("--threads", options.threads, "Threads to compute with [every core]")
      ->type_name("N")
      ->check(threadNumber(), "");
  app.add_flag("--ids", options.ids, "Lines hold token ids, separated by spaces, instead of text");
  app.add_flag("--stream", options.stream,
               "Translate each line while it arrives, greedily: every token\n"
               "as soon as the words it depends on are there. The model's\n"
               "masks must allow it");

  if (!parseCommandLine(app, argc, argv, foreignTranslateOptions))
    return false;
  for (const char *other : {"--score", "--n-best", "--batch-tokens"})
    if (options.stream && app.count(other))
      throw UserError(fmt::format("{} has no meaning with --stream, which answers one line, token "
                                  "by token",
                                  other));
  if (options.stream && app.count("--beam") && options.beam > 1)
    throw UserError("--stream is greedy: a beam may change its mind about words that are printed "
                    "already; leave --beam out");
  for (const char *search : {"--beam", "--length-penalty", "--max-length", "--n-best"})
    if (app.count(search) && app.count("--score"))
      throw UserError(
          fmt::format("{} has no meaning with --score, which searches nothing", search));
  if (options.nBest > options.beam)
    throw UserError(fmt::format("--n-best {0} needs --beam {0} or more, and it is {1}",
                                options.nBest, options.beam));
  return true;
}

} // namespace loup
