// The smallest honest model: it fulfils every promise of runtime/Model.h and its gradients are a
// few lines of algebra, so that trainer and translator are tested without a compiled network.
#pragma once

#include "runtime/Model.h"
#include "runtime/Random.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>

namespace loup::test {

/// Target position t sees source position t and, fading by halves, all target tokens before it:
///
///     logits[t] = bias + S[source[t]] + sum over j <= t of 2^(j - t) H[input[j]]
///
/// where input is the target shifted right behind begin, and S's row is absent once the source has
/// ended. It learns a cipher through S alone; H makes decoding depend on each hypothesis' history.
class ToyModel : public Model {
public:
  /// `dropout` is the chance that S's row is left out at a position in training.
  explicit ToyModel(Description text, float dropout = 0) : text(std::move(text)), dropout(dropout) {
    int64_t rows = this->text.source.vocabulary, columns = vocabulary();
    add("source.weight", {rows, columns}, {Initial::Uniform, 0.1f});
    add("history.weight", {columns, columns}, {Initial::Normal, 0.1f});
    add("output.bias", {columns}, {Initial::Constant, 0});
    values.resize(end);
  }

  const Description &description() const override { return text; }
  std::span<const Parameter> parameters() const override { return list; }
  std::span<float> weights() override { return values; }
  std::span<float> gradients() override { return slopes; }

  void reserveTraining(const Limits &limits) override {
    training = limits;
    slopes.resize(end);
  }

  void reserveDecoding(const Limits &limits) override { decoding = limits; }

  double trainStep(const Batch &batch, uint32_t dropoutKey) override {
    check(training, batch.source, &batch.target);
    std::fill(slopes.begin(), slopes.end(), 0.0f);
    double loss = 0;
    std::vector<float> row(vocabulary());
    forEachPosition(batch, [&](int32_t i, int32_t t, const History &history) {
      float keep = kept(dropoutKey, batch.examples[i], t);
      fill(row, sourceAt(batch.source, i, t), keep, history);
      int32_t truth = batch.target[i][t];
      loss -= row[truth];
      for (float &x : row)
        x = std::exp(x);
      row[truth] -= 1; // softmax - one-hot, the gradient of the logits
      backward(row, sourceAt(batch.source, i, t), keep, history);
    });
    return loss;
  }

  void score(const Batch &batch, std::span<float> losses) override {
    check(training.sentences ? training : decoding, batch.source, &batch.target);
    std::vector<float> row(vocabulary());
    forEachPosition(batch, [&](int32_t i, int32_t t, const History &history) {
      fill(row, sourceAt(batch.source, i, t), 1, history);
      losses[batch.target.offsets[i] + t] = -row[batch.target[i][t]];
    });
  }

  void prefill(const Ragged &source) override {
    check(decoding, source, nullptr);
    encoded = source;
  }

  void step(const Step &step, std::span<float> logProbabilities) override {
    size_t count = step.token.size(), width = step.position + 1;
    require(static_cast<int32_t>(count) <= decoding.hypotheses, "hypotheses");
    require(step.position < decoding.targetLength, "target length");
    require(step.ancestor.size() == count * width, "ancestors");
    cache.resize(step.position); // a step at position 0 starts the same sources afresh
    cache.emplace_back(step.token.begin(), step.token.end());
    for (size_t h = 0; h < count; ++h) {
      History history;
      for (size_t j = 0; j < width; ++j)
        history.push_back(cache[j].at(step.ancestor[h * width + j]));
      fill(logProbabilities.subspan(h * vocabulary(), vocabulary()),
           sourceAt(encoded, step.sentence[h], step.position), 1, history);
    }
  }

private:
  using History = std::vector<int32_t>; // input tokens 0 .. t

  size_t vocabulary() const {
    return text.sharedTokenizer ? text.source.vocabulary : text.target.vocabulary;
  }

  void add(std::string_view name, std::vector<int64_t> shape, Initial initial) {
    list.push_back({name, std::move(shape), end, initial});
    end += (list.back().size() + 15) / 16 * 16;
  }

  static void require(bool holds, const char *what) {
    if (!holds)
      throw std::logic_error(std::string("ToyModel: the batch exceeds its limits: ") + what);
  }

  static void check(const Limits &limits, const Ragged &source, const Ragged *target) {
    auto longest = [](const Ragged &side) {
      int32_t length = 0;
      for (int32_t i = 0; i < side.count(); ++i)
        length = std::max(length, side.length(i));
      return length;
    };
    require(source.count() <= limits.sentences, "sentences");
    require(longest(source) <= limits.sourceLength, "source length");
    require(int64_t{source.count()} * longest(source) <= limits.sourcePositions,
            "source positions");
    if (!target)
      return;
    require(source.count() == target->count(), "sides differ");
    require(longest(*target) <= limits.targetLength, "target length");
    require(int64_t{target->count()} * longest(*target) <= limits.targetPositions,
            "target positions");
  }

  template <class Body> void forEachPosition(const Batch &batch, Body &&body) {
    for (int32_t i = 0; i < batch.target.count(); ++i) {
      History history;
      for (int32_t t = 0; t < batch.target.length(i); ++t) {
        history.push_back(t ? batch.target[i][t - 1] : text.ids.begin);
        body(i, t, history);
      }
    }
  }

  /// -1 behind the end.
  static int32_t sourceAt(const Ragged &source, int32_t i, int32_t t) {
    return t < source.length(i) ? source[i][t] : -1;
  }

  float kept(uint32_t key, int32_t example, int32_t t) const {
    uint64_t stream = randomBits(key, static_cast<uint32_t>(example));
    return randomUniform(stream, t) < dropout ? 0 : 1 / (1 - dropout);
  }

  float *row(int parameter, int32_t index, std::vector<float> &of) {
    return of.data() + list[parameter].offset + index * vocabulary();
  }

  /// Log-softmax of the logits.
  void fill(std::span<float> out, int32_t source, float keep, const History &history) {
    size_t n = vocabulary();
    std::copy_n(row(2, 0, values), n, out.begin());
    if (source >= 0)
      for (size_t v = 0; v < n; ++v)
        out[v] += keep * row(0, source, values)[v];
    for (size_t j = 0; j < history.size(); ++j) {
      float weight = std::ldexp(1.0f, static_cast<int>(j + 1) - static_cast<int>(history.size()));
      for (size_t v = 0; v < n; ++v)
        out[v] += weight * row(1, history[j], values)[v];
    }
    float top = *std::max_element(out.begin(), out.end()), sum = 0;
    for (float x : out)
      sum += std::exp(x - top);
    for (float &x : out)
      x -= top + std::log(sum);
  }

  void backward(std::span<const float> slope, int32_t source, float keep, const History &history) {
    size_t n = vocabulary();
    for (size_t v = 0; v < n; ++v)
      row(2, 0, slopes)[v] += slope[v];
    if (source >= 0)
      for (size_t v = 0; v < n; ++v)
        row(0, source, slopes)[v] += keep * slope[v];
    for (size_t j = 0; j < history.size(); ++j) {
      float weight = std::ldexp(1.0f, static_cast<int>(j + 1) - static_cast<int>(history.size()));
      for (size_t v = 0; v < n; ++v)
        row(1, history[j], slopes)[v] += weight * slope[v];
    }
  }

  Description text;
  float dropout;
  std::vector<Parameter> list;
  int64_t end = 0;
  std::vector<float> values, slopes;
  Limits training, decoding;
  Ragged encoded;
  std::vector<std::vector<int32_t>> cache; // [position][hypothesis] the token it was given
};

/// Numbers 4 to 29 on both sides, as a program whose data is `ids`.
inline Description toyDescription() {
  Description text;
  text.name = "toy";
  text.task = "translate";
  text.fingerprint = "toy-1";
  text.source.kind = text.target.kind = "ids";
  text.source.vocabulary = text.target.vocabulary = 30;
  text.maximumLength = 24;
  text.sourceNeed.bounds = {{1, 1, 1}};
  text.train.batchTokens = 64;
  text.train.schedule.rate = 0.05;
  return text;
}

inline std::unique_ptr<Model> makeToyModel() {
  return std::make_unique<ToyModel>(toyDescription(), 0.1f);
}

} // namespace loup::test
