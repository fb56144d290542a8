// What all printed programs share: weights and memory, and batches laid out as they
// read them. A printed class gives the kernel calls.
#pragma once

#include "runtime/Arena.h"
#include "runtime/Model.h"
#include "runtime/Tensor.h"

#include <cstdint>
#include <span>
#include <vector>

namespace loup {

/// How a program wants the tokens of a batch.
enum class Layout {
  Dense, // every sentence as long as the longest; padding ids fill the rest
  Packed // one sentence after the other
};

/// The sentences of one side, as kernels read them.
struct SideArrays {
  int32_t longest = 0;                // of their lengths
  const int32_t *lengths = nullptr;   // [batch], end included
  const int32_t *tokens = nullptr;    // [batch, longest], or packed [count]
  int32_t count = 0;                  // of all tokens
  const int32_t *offsets = nullptr;   // packed: [batch + 1], where each sentence begins
  const int32_t *positions = nullptr; // packed: [count], each token's place in its sentence
  const int32_t *examples = nullptr;  // packed: [count], its sentence's number in the data

  // What the data tell masks, where they do.
  const int32_t *present = nullptr;  // as tokens: 1, or 0 where the token is absent
  const int32_t *prefixes = nullptr; // [batch], how many tokens are given

  // The documents of sentences, where a token ends them. What dropout takes for a sentence's number
  // is each document's own here, the first one's that of its sentence.
  int32_t documents = 0;                        // of all sentences
  const int32_t *documentOf = nullptr;          // as tokens: its end in the sentence; of padding -1
  const int32_t *positionsInDocument = nullptr; // as tokens: the place from its document's start
  const int32_t *documentExampleOf = nullptr;   // as tokens
  const int32_t *documentOffsets = nullptr;     // packed: [documents + 1], where each begins
  const int32_t *documentExamples = nullptr;    // [documents]

  /// Where the tokens of sentence `i` lie in packed arrays.
  Part rows(int i) const { return {offsets[i], offsets[i + 1] - offsets[i]}; }

  /// The same of document `i`.
  Part document(int i) const {
    return {documentOffsets[i], documentOffsets[i + 1] - documentOffsets[i]};
  }
};

struct BatchArrays {
  int32_t batch = 0;
  SideArrays source, target;
  const int32_t *examples = nullptr; // [batch]
};

/// One step of decoding the sentences of `prefill`.
struct StepArrays {
  int32_t batch = 0; // sentences
  SideArrays source;
  int32_t hypotheses = 0;
  int32_t position = 0;              // the keys so far are those of position + 1 tokens
  const int32_t *token = nullptr;    // [hypothesis]
  const int32_t *sentence = nullptr; // [hypothesis]
  const int32_t *ancestor = nullptr; // [hypothesis, position + 1]
};

/// Where a cache has the row of a position that keeps the `first` positions and the last `last`.
constexpr int64_t keptRow(int64_t position, int64_t first, int64_t last) {
  return position < first ? position : first + (position - first) % last;
}

class Driver : public Model {
public:
  Driver(const Description &description, std::vector<Parameter> parameters, Layout layout);

  const Description &description() const final { return described; }
  std::span<const Parameter> parameters() const final { return table; }
  std::span<float> weights() final { return {weightMemory.at<float>(0), weightCount}; }
  std::span<float> gradients() final;
  void reserveTraining(const Limits &limits) final;
  void reserveDecoding(const Limits &limits) final;
  double trainStep(const Batch &batch, uint32_t dropoutKey) final;
  void score(const Batch &batch, std::span<float> losses) final;
  void prefill(const Ragged &source) final;
  void step(const Step &step, std::span<float> logProbabilities) final;

protected:
  // Printed: the calls of kernels, and the bytes of scratch they need at most.
  virtual int64_t trainingScratch(const Limits &most) const = 0;
  virtual int64_t decodingScratch(const Limits &most) const = 0;
  /// Hands out the memory of what decoding remembers.
  virtual void placeStates(Scratch &states, const Limits &most) = 0;
  /// Losses are [target.count], or [batch, target.longest] where the layout is dense.
  virtual void runTrain(const BatchArrays &in, int32_t dropoutKey, float *losses) = 0;
  virtual void runScore(const BatchArrays &in, float *losses) = 0;
  virtual void runPrefill(const BatchArrays &in) = 0;
  virtual void runStep(const StepArrays &in, float *logProbabilities) = 0;

  template <class... Extents> auto weight(int64_t offset, Extents... extents) {
    return tensor(weightMemory.at<float>(0) + offset, extents...);
  }
  template <class... Extents> auto gradient(int64_t offset, Extents... extents) {
    return tensor(gradientMemory.at<float>(0) + offset, extents...);
  }
  int64_t mostHypotheses() const { return hypotheses; }
  Scratch scratch() { return Scratch(scratchMemory.at<std::byte>(0)); }

private:
  /// One side of a batch, in memory that is reserved once.
  class Side {
  public:
    explicit Side(const MarksDescription &marks) : marks(marks) {}

    void reserve(int64_t sentences, int64_t positions);
    SideArrays lay(const Ragged &sequences, std::span<const int32_t> examples, Layout layout,
                   int32_t padding);

  private:
    void readPresent(SideArrays &arrays);
    void readPrefixes(const Ragged &sequences, SideArrays &arrays);
    void readDocuments(const Ragged &sequences, std::span<const int32_t> examplesOf, Layout layout,
                       SideArrays &arrays);

    MarksDescription marks;
    std::vector<int32_t> tokens, lengths, offsets, positions, examples, present, prefixes;
    std::vector<int32_t> documentOf, positionsInDocument, documentExampleOf, documentOffsets,
        documentExamples;
  };

  void reserveScratch(int64_t bytes);
  BatchArrays lay(const Batch &batch);

  Description described;
  std::vector<Parameter> table;
  size_t weightCount;
  Arena weightMemory, gradientMemory, scratchMemory, stateMemory;
  Layout layout;
  Side source, target;
  std::vector<float> losses; // of every token, and of padding where the layout is dense
  BatchArrays prefilled;
  int64_t hypotheses = 0; // the most there may be
};

} // namespace loup
