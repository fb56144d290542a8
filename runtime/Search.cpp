#include "runtime/Search.h"
#include "runtime/Errors.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace loup {
namespace {

/// The most tokens that a translation may have before its end; `sourceLength` counts the source's.
int32_t tokenLimit(const Description &description, const SearchOptions &options,
                   int32_t sourceLength) {
  int64_t wanted = options.maximumLength;
  if (wanted == 0)
    wanted = 3 * (int64_t{sourceLength} - 1) + 20;
  return static_cast<int32_t>(std::min<int64_t>(wanted, description.maximumLength - 1));
}

/// A hypothesis that has not ended: one row of the model's next step.
struct Unfinished {
  std::vector<int32_t> tokens;
  std::vector<int32_t> ancestors; // the row that it, or what it grew from, had in each step so far
  double logProbability = 0;
};

/// One token more for one hypothesis of a sentence.
struct Candidate {
  double logProbability;
  int32_t token;
  int32_t parent;

  bool operator<(const Candidate &other) const { // better first
    if (logProbability != other.logProbability)
      return logProbability > other.logProbability;
    return token != other.token ? token < other.token : parent < other.parent;
  }
};

struct Sentence {
  int32_t number;               // in the source
  int32_t limit;                // tokens before the end
  std::vector<Unfinished> beam; // best first, all of one length
};

class Search {
public:
  Search(Model &model, const SearchOptions &options)
      : model(model), options(options), ids(model.description().ids) {
    const Description &description = model.description();
    columns = (description.sharedTokenizer ? description.source : description.target).vocabulary;
    if (options.beam < 1 || options.nBest < 1 || options.nBest > options.beam)
      throw InternalError("a search needs 1 <= nBest <= beam");
    if (options.vocabulary > columns || options.vocabulary <= ids.end)
      throw InternalError("a search needs a vocabulary that holds the end and fits the model's");
  }

  void add(int32_t limit) {
    sentences.push_back({static_cast<int32_t>(found.size()), limit, {Unfinished{}}});
    found.emplace_back();
  }

  /// Of one sentence that is not finished.
  void setLimit(int32_t limit) { sentences.front().limit = limit; }

  bool isDone() const { return sentences.empty(); }

  /// Moves all hypotheses on by one token, and drops what is finished.
  void advance(int32_t position) {
    step(position);
    const float *rows = logProbabilities.data();
    for (Sentence &sentence : sentences) {
      size_t count = sentence.beam.size();
      grow(sentence, rows);
      rows += count * columns;
    }
    std::erase_if(sentences, [](const Sentence &sentence) { return sentence.beam.empty(); });
  }

  /// The best so far of one sentence that is not finished.
  const std::vector<int32_t> &tokens() const { return sentences.front().beam.front().tokens; }

  std::vector<std::vector<Hypothesis>> takeFound() { return std::move(found); }

private:
  double score(double logProbability, size_t length) const {
    return logProbability / std::pow(static_cast<double>(length), options.lengthPenalty);
  }

  /// Computes what may follow all hypotheses of all sentences.
  void step(int32_t position) {
    token.clear();
    sentenceOf.clear();
    ancestor.clear();
    for (Sentence &sentence : sentences)
      for (Unfinished &hypothesis : sentence.beam) {
        hypothesis.ancestors.push_back(static_cast<int32_t>(token.size()));
        ancestor.insert(ancestor.end(), hypothesis.ancestors.begin(), hypothesis.ancestors.end());
        token.push_back(position == 0 ? ids.begin : hypothesis.tokens.back());
        sentenceOf.push_back(sentence.number);
      }
    logProbabilities.resize(token.size() * columns);
    model.step({position, token, sentenceOf, ancestor}, logProbabilities);
  }

  /// Replaces the sentence's hypotheses by the best `beam` that are one token longer; of these, the
  /// ones that end are found. `rows` holds the log-probabilities of the sentence's hypotheses.
  void grow(Sentence &sentence, const float *rows) {
    choose(sentence, rows);
    std::vector<Unfinished> grown;
    for (const Candidate &candidate : chosen) {
      const Unfinished &parent = sentence.beam[candidate.parent];
      if (candidate.token == ids.end) {
        finish(sentence, parent.tokens, candidate.logProbability);
        continue;
      }
      grown.push_back(parent);
      grown.back().tokens.push_back(candidate.token);
      grown.back().logProbability = candidate.logProbability;
    }
    sentence.beam = std::move(grown);
    while (!sentence.beam.empty() && hopeless(sentence, sentence.beam.back()))
      sentence.beam.pop_back();
  }

  /// Fills `chosen` with the best `beam` candidates, best first.
  void choose(const Sentence &sentence, const float *rows) {
    chosen.clear();
    bool broken = false;
    for (size_t parent = 0; parent < sentence.beam.size(); ++parent) {
      const Unfinished &hypothesis = sentence.beam[parent];
      const float *row = rows + parent * columns;
      bool mustEnd = static_cast<int32_t>(hypothesis.tokens.size()) >= sentence.limit;
      int32_t first = mustEnd ? ids.end : 0;
      int32_t last = mustEnd ? ids.end + 1 : options.vocabulary;
      for (int32_t id = first; id < last; ++id) {
        if (id == ids.begin || id == ids.padding)
          continue;
        broken |= !(row[id] < std::numeric_limits<float>::infinity());
        consider({hypothesis.logProbability + row[id], id, static_cast<int32_t>(parent)});
      }
    }
    if (broken)
      throw UserError("the model's weights are spoiled: they give a log-probability that is not a "
                      "number; a checkpoint saved earlier in its training may be whole");
  }

  void consider(const Candidate &candidate) {
    if (static_cast<int32_t>(chosen.size()) == options.beam) {
      if (!(candidate < chosen.back()))
        return;
      chosen.pop_back();
    }
    chosen.insert(std::upper_bound(chosen.begin(), chosen.end(), candidate), candidate);
  }

  /// Keeps the hypothesis if it is among the nBest; the one found first wins a tie.
  void finish(const Sentence &sentence, const std::vector<int32_t> &tokens, double logProbability) {
    std::vector<Hypothesis> &kept = found[sentence.number];
    Hypothesis ended{tokens, logProbability, score(logProbability, tokens.size() + 1)};
    auto place = std::upper_bound(
        kept.begin(), kept.end(), ended,
        [](const Hypothesis &a, const Hypothesis &b) { return a.score > b.score; });
    kept.insert(place, std::move(ended));
    if (static_cast<int32_t>(kept.size()) > options.nBest)
      kept.pop_back();
  }

  /// Whether no ending of the hypothesis can be better than the nBest already found. Its
  /// log-probability can only fall, so the best it may reach is today's over the length that
  /// flatters it most: the longest if the penalty is positive, else the shortest.
  bool hopeless(const Sentence &sentence, const Unfinished &hypothesis) const {
    const std::vector<Hypothesis> &kept = found[sentence.number];
    if (static_cast<int32_t>(kept.size()) < options.nBest)
      return false;
    size_t length = options.lengthPenalty > 0 ? sentence.limit + 1 : hypothesis.tokens.size() + 1;
    return score(hypothesis.logProbability, length) <= kept.back().score;
  }

  Model &model;
  const SearchOptions &options;
  const SpecialIds &ids;
  int32_t columns; // of one row of log-probabilities

  std::vector<Sentence> sentences; // that have unfinished hypotheses
  std::vector<std::vector<Hypothesis>> found;
  std::vector<Candidate> chosen;
  std::vector<int32_t> token, sentenceOf, ancestor; // of the current step
  std::vector<float> logProbabilities;
};

} // namespace

Limits searchLimits(const Description &description, const SearchOptions &options, int32_t sentences,
                    int64_t sourcePositions) {
  Limits limits;
  limits.sentences = sentences;
  limits.hypotheses = sentences * options.beam;
  limits.sourceLength = description.maximumLength;
  limits.sourcePositions = std::max<int64_t>(sourcePositions, description.maximumLength);
  limits.targetLength = tokenLimit(description, options, description.maximumLength) + 1;
  // Short sentences come in larger batches and grow less, so the most positions may lie between.
  for (int32_t length = 1; length <= description.maximumLength; ++length) {
    int64_t count = std::clamp<int64_t>(limits.sourcePositions / length, 1, sentences);
    int64_t positions = tokenLimit(description, options, length) + 1;
    limits.targetPositions = std::max(limits.targetPositions, count * options.beam * positions);
  }
  return limits;
}

std::vector<std::vector<Hypothesis>> search(Model &model, const Ragged &source,
                                            const SearchOptions &options) {
  Search search(model, options);
  for (int32_t i = 0; i < source.count(); ++i)
    search.add(tokenLimit(model.description(), options, source.length(i)));
  if (source.count() > 0)
    model.prefill(source);
  for (int32_t position = 0; !search.isDone(); ++position)
    search.advance(position);
  return search.takeFound();
}

void searchArriving(Model &model, const SearchOptions &options, ArrivingSource &source,
                    const AnswerTokens &answer) {
  const Description &description = model.description();
  if (options.beam != 1 || description.sourceNeed.bounds.empty())
    throw InternalError("a search in a source that arrives is greedy, with a model that can wait");
  Search search(model, options);
  size_t read = 0;   // tokens that the model knows
  auto limit = [&] { // what has not ended yet has one token more
    auto length = static_cast<int32_t>(source.tokens.size()) + (source.isWhole ? 0 : 1);
    return tokenLimit(description, options, length);
  };
  search.add(limit());
  for (int32_t position = 0; !search.isDone(); ++position) {
    int64_t needed = std::max<int64_t>(description.sourceNeed.tokens(position), 1);
    while (!source.isWhole &&
           (static_cast<int64_t>(source.tokens.size()) < needed || position >= limit()))
      source.wait();
    if (source.tokens.size() > read) {
      Ragged sentence;
      sentence.append(source.tokens);
      model.prefill(sentence);
      read = source.tokens.size();
      search.setLimit(limit());
    }
    search.advance(position);
    if (!search.isDone())
      answer(search.tokens());
  }
}

} // namespace loup
