// Options as other tools spell them (Marian, fairseq, OpenNMT, CTranslate2), each with its answer.
#pragma once

#include <span>
#include <string_view>

namespace loup {

/// One line of a table. `foreign` is written without its leading dashes and with hyphens for
/// underscores; `answer` is our option ("--learning-rate") or, where there is none, a piece of
/// advice ("the description says it: [model] dropout").
struct ForeignOption {
  std::string_view foreign, answer;
};

extern const std::span<const ForeignOption> foreignTrainOptions;
extern const std::span<const ForeignOption> foreignTranslateOptions;

} // namespace loup
