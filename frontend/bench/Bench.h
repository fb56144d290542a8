// `loup bench`: the rungs of a description, measured side by side.
#pragma once

#include "runtime/Corpus.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace loup {

struct BenchOptions {
  std::string spec;                   // the description's path
  std::vector<std::string> schedules; // rungs of the ladder; the others are compared with the first
  std::vector<int64_t> lengths; // a batch of sentences of each; empty: 32 and 128, if they fit
  std::optional<TextPair> data; // batches of these files instead
  std::string json, svg;        // files to write; empty: none
  int threads = 0;              // 0 is every core
};

/// Builds, measures and prints the table. Throws UserError.
void bench(const BenchOptions &options);

} // namespace loup
