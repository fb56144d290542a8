#include "runtime/Driver.h"

#include "runtime/Errors.h"
#include "runtime/Marks.h"
#include "runtime/Presence.h"
#include "runtime/Random.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace loup {

static size_t endOf(const std::vector<Parameter> &parameters) {
  int64_t end = 0;
  for (const Parameter &parameter : parameters)
    end = std::max(end, parameter.offset + parameter.size());
  return static_cast<size_t>(end);
}

Driver::Driver(const Description &description, std::vector<Parameter> parameters, Layout layout)
    : described(description), table(std::move(parameters)), weightCount(endOf(table)),
      weightMemory(weightCount * sizeof(float)), layout(layout), source(description.marks),
      target({}) {}

std::span<float> Driver::gradients() {
  return {gradientMemory.at<float>(0), gradientMemory.size() / sizeof(float)};
}

void Driver::Side::reserve(int64_t sentences, int64_t count) {
  for (std::vector<int32_t> *perToken :
       {&tokens, &positions, &examples, &present, &documentOf, &positionsInDocument,
        &documentExampleOf, &documentExamples})
    perToken->reserve(count);
  lengths.reserve(sentences);
  prefixes.reserve(sentences);
  documentOffsets.reserve(count + 1);
  offsets.reserve(sentences + 1);
}

SideArrays Driver::Side::lay(const Ragged &sequences, std::span<const int32_t> examplesOf,
                             Layout layout, int32_t padding) {
  SideArrays arrays;
  lengths.clear();
  for (int32_t i = 0; i < sequences.count(); ++i)
    lengths.push_back(sequences.length(i));
  arrays.longest = lengths.empty() ? 0 : std::ranges::max(lengths);
  arrays.lengths = lengths.data();
  arrays.count = static_cast<int32_t>(sequences.tokens.size());

  tokens = sequences.tokens;
  offsets = sequences.offsets;
  positions.clear();
  examples.clear();
  if (layout == Layout::Dense)
    tokens.assign(static_cast<size_t>(sequences.count()) * arrays.longest, padding);
  for (int32_t i = 0; i < sequences.count(); ++i)
    if (layout == Layout::Dense) {
      std::ranges::copy(sequences[i], tokens.begin() + static_cast<ptrdiff_t>(i) * arrays.longest);
    } else {
      for (int32_t position = 0; position < lengths[i]; ++position)
        positions.push_back(position);
      if (!examplesOf.empty())
        examples.insert(examples.end(), lengths[i], examplesOf[i]);
    }
  if (marks.presentColumn)
    readPresent(arrays);
  if (marks.prefixEnd)
    readPrefixes(sequences, arrays);
  if (marks.documentEnd)
    readDocuments(sequences, examplesOf, layout, arrays);
  arrays.tokens = tokens.data();
  arrays.offsets = offsets.data();
  arrays.positions = positions.data();
  arrays.examples = examples.data();
  return arrays;
}

/// What the laid out tokens say beside their ids.
void Driver::Side::readPresent(SideArrays &arrays) {
  present.clear();
  for (int32_t &token : tokens) {
    present.push_back(isPresent(token) ? 1 : 0);
    token = idOf(token);
  }
  arrays.present = present.data();
}

void Driver::Side::readPrefixes(const Ragged &sequences, SideArrays &arrays) {
  prefixes.clear();
  for (int32_t i = 0; i < sequences.count(); ++i)
    prefixes.push_back(prefixOf(sequences[i], *marks.prefixEnd));
  arrays.prefixes = prefixes.data();
}

/// What stands for a sentence's number in dropout.
static int32_t exampleOfDocument(int32_t example, int32_t number) {
  return number == 0 ? example
                     : static_cast<int32_t>(randomBits(static_cast<uint32_t>(example), number));
}

void Driver::Side::readDocuments(const Ragged &sequences, std::span<const int32_t> examplesOf,
                                 Layout layout, SideArrays &arrays) {
  documentOf.assign(tokens.size(), -1);
  positionsInDocument.assign(tokens.size(), 0);
  documentExampleOf.assign(tokens.size(), 0);
  documentOffsets.clear();
  documentExamples.clear();
  for (int32_t i = 0; i < sequences.count(); ++i) {
    int32_t example = examplesOf.empty() ? 0 : examplesOf[i], number = 0;
    size_t start = layout == Layout::Dense ? static_cast<size_t>(i) * arrays.longest : offsets[i];
    forDocuments(sequences[i], *marks.documentEnd, [&](size_t first, size_t past) {
      documentOffsets.push_back(static_cast<int32_t>(start + first));
      documentExamples.push_back(exampleOfDocument(example, number++));
      for (size_t at = first; at < past; ++at) {
        documentOf[start + at] = static_cast<int32_t>(past);
        positionsInDocument[start + at] = static_cast<int32_t>(at - first);
        documentExampleOf[start + at] = documentExamples.back();
      }
    });
  }
  arrays.documents = static_cast<int32_t>(documentOffsets.size());
  documentOffsets.push_back(arrays.count);
  arrays.documentOf = documentOf.data();
  arrays.positionsInDocument = positionsInDocument.data();
  arrays.documentExampleOf = documentExampleOf.data();
  arrays.documentOffsets = documentOffsets.data();
  arrays.documentExamples = documentExamples.data();
}

void Driver::reserveScratch(int64_t bytes) {
  if (static_cast<size_t>(bytes) > scratchMemory.size())
    scratchMemory = Arena(bytes);
}

/// Kernels count the elements of a tensor in 32 bits; logits are the largest.
static void checkSize(int64_t rows, const Description &description) {
  int64_t columns = description.target.vocabulary;
  if (rows > std::numeric_limits<int32_t>::max() / columns)
    throw UserError(fmt::format("{} tokens at once times a vocabulary of {} are more than 2^31 "
                                "numbers; take smaller batches",
                                rows, columns));
}

void Driver::reserveTraining(const Limits &limits) {
  checkSize(limits.targetPositions, described);
  source.reserve(limits.sentences, limits.sourcePositions);
  target.reserve(limits.sentences, limits.targetPositions);
  losses.reserve(limits.targetPositions);
  gradientMemory = Arena(weightCount * sizeof(float));
  reserveScratch(trainingScratch(limits));
}

void Driver::reserveDecoding(const Limits &limits) {
  checkSize(limits.hypotheses, described);
  source.reserve(limits.sentences, limits.sourcePositions);
  hypotheses = limits.hypotheses;
  Scratch measured(nullptr);
  placeStates(measured, limits);
  stateMemory = Arena(measured.used());
  Scratch states(stateMemory.at<std::byte>(0));
  placeStates(states, limits);
  reserveScratch(decodingScratch(limits));
}

BatchArrays Driver::lay(const Batch &batch) {
  int32_t padding = described.ids.padding;
  return {batch.source.count(), source.lay(batch.source, batch.examples, layout, padding),
          target.lay(batch.target, batch.examples, layout, padding), batch.examples.data()};
}

/// Calls `visit` with the loss of each real token, in order.
template <class Visit>
static void forEachLoss(const BatchArrays &in, Layout layout, std::span<const float> losses,
                        Visit visit) {
  for (int32_t i = 0; i < in.batch; ++i) {
    int64_t first = layout == Layout::Dense ? int64_t(i) * in.target.longest : in.target.offsets[i];
    for (float loss : losses.subspan(first, in.target.lengths[i]))
      visit(loss);
  }
}

static size_t lossCount(const BatchArrays &in, Layout layout) {
  return layout == Layout::Dense ? static_cast<size_t>(in.batch) * in.target.longest
                                 : static_cast<size_t>(in.target.count);
}

double Driver::trainStep(const Batch &batch, uint32_t dropoutKey) {
  BatchArrays in = lay(batch);
  losses.resize(lossCount(in, layout));
  runTrain(in, static_cast<int32_t>(dropoutKey), losses.data());
  double sum = 0;
  forEachLoss(in, layout, losses, [&](float loss) { sum += loss; });
  return sum;
}

void Driver::score(const Batch &batch, std::span<float> result) {
  BatchArrays in = lay(batch);
  losses.resize(lossCount(in, layout));
  runScore(in, losses.data());
  auto next = result.begin();
  forEachLoss(in, layout, losses, [&](float loss) { *next++ = loss; });
}

void Driver::prefill(const Ragged &sequences) {
  prefilled = {sequences.count(), source.lay(sequences, {}, layout, described.ids.padding), {}, {}};
  runPrefill(prefilled);
}

void Driver::step(const Step &step, std::span<float> logProbabilities) {
  runStep({prefilled.batch, prefilled.source, static_cast<int32_t>(step.token.size()),
           step.position, step.token.data(), step.sentence.data(), step.ancestor.data()},
          logProbabilities.data());
}

} // namespace loup
