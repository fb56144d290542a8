#include "runtime/ForeignOptions.h"

#include "runtime/Errors.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace loup {

static constexpr std::string_view inDescription =
    "the description says it, and `loup build` fixes it";

// Marian, fairseq, OpenNMT-py; where two of them share a spelling, it stands once.
static constexpr ForeignOption trainTable[] = {
    {"train-sets", "--train"},
    {"trainpref", "--train"},
    {"train-src", "--train"},
    {"tsv", "--train"},
    {"t", "--train"},
    {"valid-sets", "--valid"},
    {"validpref", "--valid"},
    {"valid-src", "--valid"},
    {"model", "--save"},
    {"m", "--save"},
    {"save-dir", "--save"},
    {"save-model", "--save"},
    {"output", "--save"},
    {"pretrained-model", "--init"},
    {"finetune-from-model", "--init"},
    {"restore-file", "--resume"},
    {"train-from", "--resume"},
    {"continue", "--resume"},
    {"max-update", "--steps"},
    {"train-steps", "--steps"},
    {"max-steps", "--steps"},
    {"after-batches", "--steps"},
    {"after", "--steps or --epochs"},
    {"max-epoch", "--epochs"},
    {"max-epochs", "--epochs"},
    {"after-epochs", "--epochs"},
    {"num-epochs", "--epochs"},
    {"e", "--epochs"},
    {"stop-time-hours", "--minutes"},
    {"cpu-threads", "--threads"},
    {"num-threads", "--threads"},
    {"num-workers", "--threads"},
    {"max-tokens", "--batch-tokens"},
    {"mini-batch-words", "--batch-tokens"},
    {"batch-type", "--batch-tokens"},
    {"mini-batch", "--batch-lines"},
    {"batch-size", "--batch-lines"},
    {"max-sentences", "--batch-lines"},
    {"update-freq", "--accumulate"},
    {"optimizer-delay", "--accumulate"},
    {"accum-count", "--accumulate"},
    {"gradient-accumulation-steps", "--accumulate"},
    {"valid-freq", "--valid-every"},
    {"valid-steps", "--valid-every"},
    {"validate-interval", "--valid-every"},
    {"validate-interval-updates", "--valid-every"},
    {"eval-steps", "--valid-every"},
    {"save-freq", "--save-every"},
    {"save-interval", "--save-every"},
    {"save-interval-updates", "--save-every"},
    {"save-checkpoint-steps", "--save-every"},
    {"save-steps", "--save-every"},
    {"early-stopping", "--patience"},
    {"learn-rate", "--learning-rate"},
    {"lr", "--learning-rate"},
    {"l", "--learning-rate"},
    {"shuffle", "--no-shuffle"},
    {"skip-shuffle", "--no-shuffle"},
    {"log-file", "--log"},
    {"valid-log", "--log"},
    {"log-level", "--quiet"},
    {"vocabs", "the tokenizer is made from the training text, as [data] in the description says"},
    {"v", "the tokenizer is made from the training text, as [data] in the description says"},
    {"src-vocab",
     "the tokenizer is made from the training text, as [data] in the description says"},
    {"tgt-vocab",
     "the tokenizer is made from the training text, as [data] in the description says"},
    {"devices", "Loup trains on the processor; --threads says on how many cores"},
    {"d", "Loup trains on the processor; --threads says on how many cores"},
    {"world-size", "Loup trains on the processor; --threads says on how many cores"},
    {"workspace", "memory follows from --batch-tokens"},
    {"w", "memory follows from --batch-tokens"},
    {"disp-freq", "progress is shown all the time, and --log writes every step"},
    {"report-every", "progress is shown all the time, and --log writes every step"},
    {"log-interval", "progress is shown all the time, and --log writes every step"},
    {"arch", inDescription},
    {"type", inDescription},
    {"dropout", inDescription},
    {"transformer-dropout", inDescription},
    {"attention-dropout", inDescription},
    {"label-smoothing", inDescription},
    {"criterion", inDescription},
    {"optimizer", inDescription},
    {"optimizer-params", inDescription},
    {"adam-betas", inDescription},
    {"weight-decay", inDescription},
    {"clip-norm", inDescription},
    {"max-grad-norm", inDescription},
    {"lr-scheduler", inDescription},
    {"decay-method", inDescription},
    {"lr-warmup", inDescription},
    {"lr-decay-inv-sqrt", inDescription},
    {"warmup-updates", inDescription},
    {"warmup-steps", inDescription},
    {"dim-emb", inDescription},
    {"dim-vocabs", inDescription},
    {"enc-depth", inDescription},
    {"dec-depth", inDescription},
    {"encoder-layers", inDescription},
    {"decoder-layers", inDescription},
    {"transformer-heads", inDescription},
    {"encoder-attention-heads", inDescription},
    {"hidden-size", inDescription},
    {"max-length", inDescription},
    {"share-all-embeddings", inDescription},
    {"tied-embeddings-all", inDescription},
};

// Marian, fairseq, OpenNMT-py, CTranslate2.
static constexpr ForeignOption translateTable[] = {
    {"models", "--model"},
    {"m", "--model"},
    {"path", "--model"},
    {"beam-size", "--beam"},
    {"num-beams", "--beam"},
    {"b", "--beam"},
    {"lenpen", "--length-penalty"},
    {"normalize", "--length-penalty"},
    {"n", "--length-penalty"},
    {"nbest", "--n-best"},
    {"num-hypotheses", "--n-best"},
    {"max-decoding-length", "--max-length"},
    {"max-len-b", "--max-length"},
    {"max-len-a", "--max-length"},
    {"max-length-factor", "--max-length"},
    {"max-tokens", "--batch-tokens"},
    {"mini-batch", "--batch-tokens"},
    {"mini-batch-words", "--batch-tokens"},
    {"batch-size", "--batch-tokens"},
    {"max-batch-size", "--batch-tokens"},
    {"batch-type", "--batch-tokens"},
    {"cpu-threads", "--threads"},
    {"intra-threads", "--threads"},
    {"inter-threads", "--threads"},
    {"num-threads", "--threads"},
    {"num-workers", "--threads"},
    {"word-scores", "--score"},
    {"score-reference", "--score"},
    {"gold-align", "--score"},
    {"input", "lines are read from standard input: < lines"},
    {"i", "lines are read from standard input: < lines"},
    {"src", "lines are read from standard input: < lines"},
    {"output", "translations go to standard output: > lines"},
    {"o", "translations go to standard output: > lines"},
    {"vocabs", "the model file holds its tokenizers"},
    {"v", "the model file holds its tokenizers"},
    {"remove-bpe", "translations are plain text already"},
    {"post-process", "translations are plain text already"},
    {"device", "Loup translates on the processor; --threads says on how many cores"},
    {"devices", "Loup translates on the processor; --threads says on how many cores"},
    {"d", "Loup translates on the processor; --threads says on how many cores"},
    {"gpu", "Loup translates on the processor; --threads says on how many cores"},
};

const std::span<const ForeignOption> foreignTrainOptions = trainTable;
const std::span<const ForeignOption> foreignTranslateOptions = translateTable;

/// Levenshtein's.
static size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t changed = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

/// The option of `app` spelt most like `name`, or nothing when none is near.
static std::string nearestOption(const CLI::App &app, const std::string &name) {
  std::string nearest;
  size_t least = name.size() / 3 + 2;
  for (const CLI::Option *option : app.get_options())
    for (const std::string &known : option->get_lnames())
      if (size_t distance = editDistance(name, known); distance < least) {
        least = distance;
        nearest = "--" + known;
      }
  return nearest;
}

[[noreturn]] static void refuse(const CLI::App &app, const std::string &option,
                                std::span<const ForeignOption> foreign) {
  std::string name = option.substr(option.find_first_not_of('-'));
  std::replace(name.begin(), name.end(), '_', '-');
  std::string_view answer;
  for (const ForeignOption &entry : foreign)
    if (entry.foreign == name)
      answer = entry.answer;
  std::string nearest = nearestOption(app, name);
  if (answer.empty())
    answer = nearest;
  if (answer.empty())
    throw UserError(fmt::format("{}: no such option; --help lists them all", option));
  if (answer.starts_with("--"))
    throw UserError(fmt::format("{}: did you mean {}?", option, answer));
  throw UserError(fmt::format("{}: {}", option, answer));
}

bool parseCommandLine(CLI::App &app, int argc, char **argv,
                      std::span<const ForeignOption> foreign) {
  for (int i = 1; i < argc && std::string_view(argv[i]) != "--"; ++i) {
    std::string_view argument = argv[i];
    std::string option(argument.substr(0, argument.find('=')));
    bool isOption = option.size() > 1 && option[0] == '-' &&
                    option.find_first_not_of("-0123456789.") != std::string::npos;
    if (isOption && !app.get_option_no_throw(option))
      refuse(app, option, foreign);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &) {
    fmt::print("{}", app.help());
    return false;
  } catch (const CLI::ParseError &error) {
    throw UserError(fmt::format("{}\n--help lists the options", error.what()));
  }
  return true;
}

} // namespace loup
