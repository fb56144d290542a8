// Finding the best target of each source with a trained model.
#pragma once

#include "runtime/Model.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace loup {

struct SearchOptions {
  int32_t beam = 1;           // 1 is greedy
  double lengthPenalty = 1.0; // score = log-probability / length^lengthPenalty, end included
  int32_t nBest = 1;          // hypotheses returned for each sentence, best first; at most beam
  int32_t maximumLength = 0;  // tokens before the end; 0 is 3 x source (without its end) + 20
  int32_t vocabulary = 0;     // ids that may be chosen: those below it (Tokenizer::size)
};

struct Hypothesis {
  std::vector<int32_t> tokens; // without begin and end
  double logProbability = 0;   // of tokens and end
  double score = 0;            // logProbability / length^lengthPenalty
};

/// What Model::reserveDecoding must provide for searches in batches of up to `sentences` sentences
/// and up to `sourcePositions` positions (sentences times the longest of them, ends included).
Limits searchLimits(const Description &description, const SearchOptions &options, int32_t sentences,
                    int64_t sourcePositions);

/// Translates all sentences of `source` together; sources end in the end token. The result has one
/// entry a sentence, each with up to nBest hypotheses, best first.
///
/// Each step takes the `beam` most probable continuations of a sentence's hypotheses, of which
/// those that end leave the beam. The others go on until they reach the maximum length (the
/// model's, if that is less), where only the end may follow, or until no ending could lift them
/// above the nBest already found; so the search stops early without changing what it finds. The end
/// may be chosen anywhere, begin and padding nowhere. Ties go to the lower token id, and among
/// hypotheses to the one found first.
///
/// Throws UserError on log-probabilities that are not numbers, InternalError on options out of
/// range.
std::vector<std::vector<Hypothesis>> search(Model &model, const Ragged &source,
                                            const SearchOptions &options);

/// The source of one sentence, of which more may be to come.
class ArrivingSource {
public:
  virtual ~ArrivingSource() = default;

  /// Waits for more tokens or for the end; called while it is not whole. Tokens stay what they are.
  virtual void wait() = 0;

  std::vector<int32_t> tokens; // so far; they end in the end token where it is whole
  bool isWhole = false;
};

/// Told all tokens so far whenever there is one more.
using AnswerTokens = std::function<void(std::span<const int32_t> tokens)>;

/// Translates greedily while the source arrives: each token is answered as soon as the source
/// tokens are there which it depends on (Description::sourceNeed). Nothing depends on those that
/// come later: the tokens are the ones that search() finds with a beam of 1. Throws as search()
/// does.
void searchArriving(Model &model, const SearchOptions &options, ArrivingSource &source,
                    const AnswerTokens &answer);

} // namespace loup
