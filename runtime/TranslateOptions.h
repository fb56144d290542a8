// The command line of every translator that Loup makes.
#pragma once

#include "runtime/Description.h"

#include <cstdint>
#include <string>

namespace loup {

struct TranslateOptions {
  std::string model; // the checkpoint
  int32_t beam = 1;
  double lengthPenalty = 1.0;
  int32_t maximumLength = 0;  // tokens of a translation before its end; 0 is 3 x source + 20
  int32_t nBest = 0;          // 0: plain lines; else lines "index ||| text ||| score"
  std::string targets;        // a file whose lines are scored instead of translating
  int64_t batchTokens = 1024; // source tokens (of --score: also target tokens) computed together
  int threads = 0;            // 0 is every core
  bool ids = false;           // lines hold token ids
  bool stream = false;        // answers lines while they arrive
};

/// Reads the command line; what it leaves open is as `description` says. Returns false after
/// --help. Throws UserError that names the option.
bool readTranslateOptions(int argc, char **argv, const Description &description,
                          TranslateOptions &options);

} // namespace loup
