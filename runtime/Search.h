// Finding the best target of each source with a trained model.
#pragma once

#include "runtime/Model.h"

#include <cstdint>
#include <vector>

namespace loup {

struct SearchOptions {
  int32_t beam = 1;            // 1 is greedy
  double lengthPenalty = 1.0;  // score = log-probability / length^lengthPenalty, end included
  int32_t nBest = 1;           // hypotheses returned for each sentence, best first; at most beam
  int32_t maximumLength = 0;   // tokens before the end; 0 is 3 x source + 20
  int32_t vocabulary = 0;      // ids that may be chosen: those below it (Tokenizer::size)
};

struct Hypothesis {
  std::vector<int32_t> tokens; // without begin and end
  double logProbability = 0;   // of tokens and end
  double score = 0;            // logProbability / length^lengthPenalty
};

/// Translates all sentences of `source` together; sources end in the end token. The result has one
/// entry a sentence, each with up to nBest hypotheses, best first. Ties go to the lower token id.
std::vector<std::vector<Hypothesis>> search(Model &model, const Ragged &source,
                                            const SearchOptions &options);

} // namespace loup
