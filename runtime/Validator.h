// How good a model is on text that it was not trained on.
#pragma once

#include "runtime/Corpus.h"
#include "runtime/Model.h"
#include "runtime/Search.h"
#include "runtime/TokenizerPair.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace loup {

struct Validation {
  double loss = 0; // a real target token, over pairs with text on both sides
  double bleu = 0; // of greedy translations of all lines
  struct Sample {
    std::string source, reference, translation;
  };
  std::vector<Sample> samples; // some lines, always the same
};

class Validator {
public:
  /// Reads the text; `training` bounds what the model can score. Throws UserError where there is
  /// no pair with text on both sides. The tokenizers must outlive the validator.
  Validator(const TextPair &files, const TokenizerPair &tokenizers, const Description &description,
            const Limits &training);

  /// What Model::reserveDecoding must provide.
  Limits decodingLimits() const;

  /// Tells `progress` the share that is done, and gives up, without a result, when it returns
  /// false. A loss that is not finite ends the validation early.
  std::optional<Validation> run(Model &model, const std::function<bool(double)> &progress) const;

  /// What the user should know of the text: lines that were cut.
  const std::vector<std::string> &notices() const { return cuts; }

private:
  struct Pair {
    std::string source, target;
    std::vector<int32_t> sourceIds, targetIds; // with the end
  };

  const Description &description;
  const Tokenizer &targetTokenizer;
  SearchOptions greedy;
  Limits limits;
  std::vector<Pair> pairs;
  std::vector<size_t> sorted; // indices of the pairs that have a source, by its length
  std::vector<std::string> cuts;
};

} // namespace loup
