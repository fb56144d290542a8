// The sentences that all rungs are measured on.
#pragma once

#include "frontend/Spec.h"
#include "frontend/bench/Bench.h"
#include "runtime/Model.h"

#include <functional>
#include <string>
#include <vector>

namespace loup {

/// Batches that are trained on one after the other; the sources of the first are decoded.
struct Workload {
  std::string name; // "32 sentences of 128 tokens"
  std::vector<Batch> batches;
};

/// As options ask: of random tokens for each length, or of text. Random tokens are all present, and
/// end neither a prefix nor a document. Text is tokenised as the trainer would do it, and its
/// batches have the order of the lines, so that their lengths differ. `notice` is told what the
/// user should know of the text. Throws UserError.
std::vector<Workload> makeWorkloads(const BenchOptions &options, const DataSpec &data,
                                    const Description &description,
                                    const std::function<void(const std::string &)> &notice);

/// The largest batch of all.
Limits limitsOf(const std::vector<Workload> &workloads);

/// What is decoded of a workload: a token for each sentence in each of these steps.
int32_t decodingSteps(const Workload &workload);

int64_t longest(const Ragged &sequences);

} // namespace loup
