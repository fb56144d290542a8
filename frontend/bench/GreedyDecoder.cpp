#include "frontend/bench/GreedyDecoder.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace loup {

Ragged decodeGreedily(Model &model, const Ragged &source, int32_t steps) {
  const Description &description = model.description();
  const int32_t sentences = source.count();
  const int64_t columns =
      (description.sharedTokenizer ? description.source : description.target).vocabulary;
  std::vector<int32_t> token(sentences, description.ids.begin), sentence(sentences);
  std::iota(sentence.begin(), sentence.end(), 0);
  std::vector<int32_t> ancestor;
  std::vector<float> logProbabilities(sentences * columns);

  Ragged result;
  for (int32_t i = 0; i < sentences; ++i)
    result.append(std::vector<int32_t>(steps));

  model.prefill(source);
  for (int32_t position = 0; position < steps; ++position) {
    // Each hypothesis goes on from itself.
    ancestor.resize(static_cast<size_t>(sentences) * (position + 1));
    for (int32_t i = 0; i < sentences; ++i)
      std::fill_n(ancestor.begin() + static_cast<ptrdiff_t>(i) * (position + 1), position + 1, i);
    model.step({position, token, sentence, ancestor}, logProbabilities);
    for (int32_t i = 0; i < sentences; ++i) {
      auto row = logProbabilities.begin() + i * columns;
      token[i] = static_cast<int32_t>(std::max_element(row, row + columns) - row);
      result.tokens[result.offsets[i] + position] = token[i];
    }
  }
  return result;
}

} // namespace loup
