#include "runtime/Driver.h"

#include "runtime/Errors.h"

#include <algorithm>

namespace loup {

static size_t endOf(const std::vector<Parameter> &parameters) {
  int64_t end = 0;
  for (const Parameter &parameter : parameters)
    end = std::max(end, parameter.offset + parameter.size());
  return static_cast<size_t>(end);
}

Driver::Driver(const Description &description, std::vector<Parameter> parameters)
    : described(description), table(std::move(parameters)), weightCount(endOf(table)),
      weightMemory(weightCount * sizeof(float)) {}

std::span<float> Driver::gradients() {
  return {gradientMemory.at<float>(0), gradientMemory.size() / sizeof(float)};
}

void Driver::Side::reserve(int32_t sentences, int64_t positions) {
  tokens.reserve(positions);
  lengths.reserve(sentences);
}

void Driver::Side::fill(const Ragged &sequences, int32_t padding) {
  longest = 0;
  for (int32_t i = 0; i < sequences.count(); ++i)
    longest = std::max(longest, sequences.length(i));
  tokens.assign(static_cast<size_t>(sequences.count()) * longest, padding);
  lengths.clear();
  for (int32_t i = 0; i < sequences.count(); ++i) {
    std::ranges::copy(sequences[i], tokens.begin() + static_cast<ptrdiff_t>(i) * longest);
    lengths.push_back(sequences.length(i));
  }
}

void Driver::reserveScratch(int64_t bytes) {
  if (static_cast<size_t>(bytes) > scratchMemory.size())
    scratchMemory = Arena(bytes);
}

void Driver::reserveTraining(const Limits &limits) {
  source.reserve(limits.sentences, limits.sourcePositions);
  target.reserve(limits.sentences, limits.targetPositions);
  losses.reserve(limits.targetPositions);
  gradientMemory = Arena(weightCount * sizeof(float));
  reserveScratch(trainingScratch(limits));
}

void Driver::reserveDecoding(const Limits &limits) {
  source.reserve(limits.sentences, limits.sourcePositions);
  hypotheses = limits.hypotheses;
  Scratch measured(nullptr);
  placeStates(measured, limits);
  stateMemory = Arena(measured.used());
  Scratch states(stateMemory.at<std::byte>(0));
  placeStates(states, limits);
  reserveScratch(decodingScratch(limits));
}

DenseBatch Driver::lay(const Batch &batch) {
  source.fill(batch.source, described.ids.padding);
  target.fill(batch.target, described.ids.padding);
  return {batch.source.count(),  source.longest,       target.longest,
          source.tokens.data(),  target.tokens.data(), source.lengths.data(),
          target.lengths.data(), batch.examples.data()};
}

double Driver::trainStep(const Batch &batch, uint32_t dropoutKey) {
  DenseBatch in = lay(batch);
  losses.resize(static_cast<size_t>(in.batch) * in.target);
  runTrain(in, static_cast<int32_t>(dropoutKey), losses.data());
  double sum = 0;
  for (int32_t i = 0; i < in.batch; ++i)
    for (int32_t t = 0; t < in.targetLengths[i]; ++t)
      sum += losses[static_cast<size_t>(i) * in.target + t];
  return sum;
}

void Driver::score(const Batch &batch, std::span<float> result) {
  DenseBatch in = lay(batch);
  losses.resize(static_cast<size_t>(in.batch) * in.target);
  runScore(in, losses.data());
  for (int32_t i = 0; i < in.batch; ++i)
    std::copy_n(losses.begin() + static_cast<ptrdiff_t>(i) * in.target, in.targetLengths[i],
                result.begin() + batch.target.offsets[i]);
}

void Driver::prefill(const Ragged &sequences) {
  source.fill(sequences, described.ids.padding);
  sentences = sequences.count();
  DenseBatch in;
  in.batch = sentences;
  in.source = source.longest;
  in.sourceTokens = source.tokens.data();
  in.sourceLengths = source.lengths.data();
  runPrefill(in);
}

void Driver::step(const Step &step, std::span<float> logProbabilities) {
  DenseStep in;
  in.batch = sentences;
  in.source = source.longest;
  in.sourceLengths = source.lengths.data();
  in.hypotheses = static_cast<int32_t>(step.token.size());
  in.position = step.position;
  in.token = step.token.data();
  in.sentence = step.sentence.data();
  in.ancestor = step.ancestor.data();
  runStep(in, logProbabilities.data());
}

} // namespace loup
