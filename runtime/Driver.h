// What all printed programs share: weights and memory, and batches laid out as a dense program
// reads them. A printed class gives the kernel calls.
#pragma once

#include "runtime/Arena.h"
#include "runtime/Model.h"
#include "runtime/Tensor.h"

#include <cstdint>
#include <span>
#include <vector>

namespace loup {

/// A batch with every sentence as long as the longest, row-major; padding ids fill the rest.
struct DenseBatch {
  int32_t batch = 0, source = 0, target = 0; // sizes of the axes
  const int32_t *sourceTokens = nullptr;     // [batch, source]
  const int32_t *targetTokens = nullptr;     // [batch, target]
  const int32_t *sourceLengths = nullptr;    // [batch], end included
  const int32_t *targetLengths = nullptr;    // [batch]
  const int32_t *examples = nullptr;         // [batch]
};

/// One step of decoding the sentences of `prefill`.
struct DenseStep {
  int32_t batch = 0, source = 0;          // of the sentences
  const int32_t *sourceLengths = nullptr; // [batch]
  int32_t hypotheses = 0;
  int32_t position = 0;              // the keys so far are those of position + 1 tokens
  const int32_t *token = nullptr;    // [hypothesis]
  const int32_t *sentence = nullptr; // [hypothesis]
  const int32_t *ancestor = nullptr; // [hypothesis, position + 1]
};

class Driver : public Model {
public:
  Driver(const Description &description, std::vector<Parameter> parameters);

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
  virtual void runTrain(const DenseBatch &in, int32_t dropoutKey, float *losses) = 0;
  virtual void runScore(const DenseBatch &in, float *losses) = 0;
  virtual void runPrefill(const DenseBatch &in) = 0;
  virtual void runStep(const DenseStep &in, float *logProbabilities) = 0;

  template <class... Extents> auto weight(int64_t offset, Extents... extents) {
    return tensor(weightMemory.at<float>(0) + offset, extents...);
  }
  template <class... Extents> auto gradient(int64_t offset, Extents... extents) {
    return tensor(gradientMemory.at<float>(0) + offset, extents...);
  }
  int64_t mostHypotheses() const { return hypotheses; }
  Scratch scratch() { return Scratch(scratchMemory.at<std::byte>(0)); }

private:
  /// Room for one side of a batch.
  struct Side {
    std::vector<int32_t> tokens, lengths;
    int32_t longest = 0;

    void reserve(int32_t sentences, int64_t positions);
    void fill(const Ragged &sequences, int32_t padding);
  };

  void reserveScratch(int64_t bytes);
  DenseBatch lay(const Batch &batch);

  Description described;
  std::vector<Parameter> table;
  size_t weightCount;
  Arena weightMemory, gradientMemory, scratchMemory, stateMemory;
  Side source, target;
  std::vector<float> losses; // [batch, target]
  int32_t sentences = 0;     // of the last prefill
  int32_t hypotheses = 0;    // the most there may be
};

} // namespace loup
