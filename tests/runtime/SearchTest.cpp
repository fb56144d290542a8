// The search against brute force, on a model that has no weights but the rules of one: what it
// predicts depends on the source and on all tokens so far, which it remembers as caches do, by row.
#include "runtime/Search.h"
#include "runtime/Errors.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <limits>

using namespace loup;

namespace {

using Tokens = std::vector<int32_t>;
/// The log-probabilities of the token that follows `prefix`, given the source.
using Rule =
    std::function<std::vector<float>(std::span<const int32_t> source, const Tokens &prefix)>;

class RememberingModel : public Model {
public:
  RememberingModel(int32_t vocabulary, Rule rule) : rule(std::move(rule)) {
    about.source.vocabulary = about.target.vocabulary = vocabulary;
  }

  Description about;
  std::vector<size_t> rowsOfStep;

  const Description &description() const override { return about; }
  std::span<const Parameter> parameters() const override { return {}; }
  std::span<float> weights() override { return {}; }
  std::span<float> gradients() override { return {}; }
  void reserveTraining(const Limits &) override {}
  void reserveDecoding(const Limits &) override {}
  double trainStep(const Batch &, uint32_t) override { return 0; }
  void score(const Batch &, std::span<float>) override {}

  void prefill(const Ragged &sentences) override { source = sentences; }

  void step(const Step &step, std::span<float> logProbabilities) override {
    size_t rows = step.token.size(), width = step.position + 1;
    if (step.position == 0) {
      memory.clear();
      rowsOfStep.clear();
    }
    EXPECT_EQ(step.position, static_cast<int32_t>(memory.size()));
    EXPECT_EQ(step.sentence.size(), rows);
    EXPECT_EQ(step.ancestor.size(), rows * width);
    EXPECT_EQ(logProbabilities.size(), rows * about.target.vocabulary);
    memory.emplace_back(step.token.begin(), step.token.end());
    rowsOfStep.push_back(rows);
    for (size_t row = 0; row < rows; ++row) {
      Tokens prefix;
      for (size_t position = 0; position < width; ++position)
        prefix.push_back(memory[position].at(step.ancestor[row * width + position]));
      EXPECT_EQ(prefix.front(), about.ids.begin);
      prefix.erase(prefix.begin());
      std::vector<float> next = rule(source[step.sentence[row]], prefix);
      std::copy(next.begin(), next.end(), logProbabilities.begin() + row * about.target.vocabulary);
    }
  }

private:
  Rule rule;
  Ragged source;
  std::vector<Tokens> memory; // [position][row]
};

/// Numbers without pattern, the same for the same source and prefix; `sharpness` spreads them.
Rule randomRule(int32_t vocabulary, uint64_t seed, float sharpness = 2) {
  return [=](std::span<const int32_t> source, const Tokens &prefix) {
    uint64_t state = seed;
    auto mix = [&](uint64_t value) {
      state = (state ^ value) * 0x9E3779B97F4A7C15u;
      state ^= state >> 29;
    };
    for (int32_t token : source)
      mix(token + 1);
    for (int32_t token : prefix)
      mix(token + 1000);
    std::vector<float> values(vocabulary);
    double sum = 0;
    for (float &value : values) {
      mix(1);
      value = sharpness * static_cast<float>(state % 4096) / 4096;
      sum += std::exp(value);
    }
    for (float &value : values)
      value -= static_cast<float>(std::log(sum));
    return values;
  };
}

Ragged sentences(std::initializer_list<Tokens> list) {
  Ragged result;
  for (const Tokens &tokens : list)
    result.append(tokens);
  return result;
}

/// Every sequence of at most `longest` tokens, best first.
std::vector<Hypothesis> bruteForce(const Rule &rule, const Tokens &source, int32_t vocabulary,
                                   int32_t longest, double penalty) {
  std::vector<Hypothesis> all;
  std::function<void(const Tokens &, double)> visit = [&](const Tokens &prefix, double sum) {
    std::vector<float> next = rule(source, prefix);
    double total = sum + next[0];
    all.push_back({prefix, total, total / std::pow(prefix.size() + 1.0, penalty)});
    if (static_cast<int32_t>(prefix.size()) == longest)
      return;
    for (int32_t id = 1; id < vocabulary; ++id) {
      if (id == 2 || id == 3) // begin and padding
        continue;
      Tokens longer = prefix;
      longer.push_back(id);
      visit(longer, sum + next[id]);
    }
  };
  visit({}, 0);
  std::sort(all.begin(), all.end(),
            [](const Hypothesis &a, const Hypothesis &b) { return a.score > b.score; });
  return all;
}

void expectSame(const std::vector<Hypothesis> &found, std::span<const Hypothesis> expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].tokens, expected[i].tokens) << "hypothesis " << i;
    EXPECT_DOUBLE_EQ(found[i].logProbability, expected[i].logProbability);
    EXPECT_DOUBLE_EQ(found[i].score, expected[i].score);
  }
}

const Ragged threeSources = sentences({{4, 5, 0}, {6, 0}, {5, 5, 4, 6, 0}});

TEST(Search, ABeamOfEverythingFindsWhatBruteForceFinds) {
  constexpr int32_t vocabulary = 7, longest = 4; // five ids may be chosen: 341 sequences
  for (double penalty : {-1.0, 0.0, 0.6, 1.0, 2.0})
    for (int32_t nBest : {1, 5, 341}) {
      Rule rule = randomRule(vocabulary, 17 + nBest);
      RememberingModel model(vocabulary, rule);
      auto found = search(model, threeSources, {400, penalty, nBest, longest, vocabulary});
      ASSERT_EQ(found.size(), 3u);
      for (int32_t i = 0; i < 3; ++i) {
        SCOPED_TRACE(testing::Message() << "penalty " << penalty << ", sentence " << i);
        Tokens source(threeSources[i].begin(), threeSources[i].end());
        auto all = bruteForce(rule, source, vocabulary, longest, penalty);
        ASSERT_EQ(all.size(), 341u);
        expectSame(found[i], std::span(all).first(nBest));
      }
    }
}

TEST(Search, ABeamOfOneIsGreedy) {
  constexpr int32_t vocabulary = 9;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Rule rule = randomRule(vocabulary, seed, 4);
    RememberingModel model(vocabulary, rule);
    auto found = search(model, threeSources, {1, 1.0, 1, 12, vocabulary});
    for (int32_t i = 0; i < 3; ++i) {
      Tokens greedy;
      while (greedy.size() < 12) {
        std::vector<float> next = rule(threeSources[i], greedy);
        next[2] = next[3] = -1e9f;
        int32_t best =
            static_cast<int32_t>(std::max_element(next.begin(), next.end()) - next.begin());
        if (best == 0)
          break;
        greedy.push_back(best);
      }
      ASSERT_EQ(found[i].size(), 1u);
      EXPECT_EQ(found[i][0].tokens, greedy) << "seed " << seed;
    }
  }
}

TEST(Search, ABatchFindsWhatEachSentenceFindsAlone) {
  constexpr int32_t vocabulary = 12;
  for (int32_t beam : {1, 2, 4, 30}) {
    RememberingModel model(vocabulary, randomRule(vocabulary, 5, 6));
    SearchOptions options{beam, 0.6, beam, 0, vocabulary};
    auto together = search(model, threeSources, options);
    for (int32_t i = 0; i < 3; ++i) {
      Ragged one;
      one.append(threeSources[i]);
      auto alone = search(model, one, options);
      expectSame(together[i], alone[0]);
    }
  }
}

TEST(Search, StoppingEarlyChangesNothing) {
  // A search for one translation stops when no other can beat it; one for all of the beam goes on.
  constexpr int32_t vocabulary = 10;
  for (double penalty : {-0.5, 0.0, 0.6, 1.0})
    for (uint64_t seed = 0; seed < 40; ++seed) {
      RememberingModel model(vocabulary, randomRule(vocabulary, seed, 5));
      auto one = search(model, threeSources, {5, penalty, 1, 15, vocabulary});
      size_t fewer = model.rowsOfStep.size();
      auto five = search(model, threeSources, {5, penalty, 5, 15, vocabulary});
      EXPECT_LE(fewer, model.rowsOfStep.size());
      for (int32_t i = 0; i < 3; ++i)
        expectSame(one[i], std::span(five[i]).first(1));
    }
}

TEST(Search, FinishedSentencesLeaveTheBatchAtOnce) {
  // A sentence of n tokens becomes n - 1 tokens and the end.
  constexpr int32_t vocabulary = 6;
  Rule copyLength = [](std::span<const int32_t> source, const Tokens &prefix) {
    std::vector<float> values(vocabulary, -50);
    values[prefix.size() + 2 == source.size() ? 0 : 4] = -0.01f;
    return values;
  };
  RememberingModel model(vocabulary, copyLength);
  auto found = search(model, sentences({{4, 4, 4, 4, 0}, {4, 0}, {4, 4, 4, 0}, {4, 0}}),
                      {1, 1.0, 1, 0, vocabulary});
  EXPECT_EQ(model.rowsOfStep, (std::vector<size_t>{4, 2, 2, 1}));
  EXPECT_EQ(found[0][0].tokens, Tokens({4, 4, 4}));
  EXPECT_TRUE(found[1][0].tokens.empty());
  EXPECT_NEAR(found[0][0].logProbability, -0.04, 1e-6);
  EXPECT_NEAR(found[0][0].score, -0.01, 1e-6);

  search(model, sentences({{4, 0}, {4, 0}}), {3, 0.0, 1, 0, vocabulary});
  EXPECT_EQ(model.rowsOfStep, (std::vector<size_t>{2}));
}

/// A source that arrives in parts of some tokens.
class Arriving : public ArrivingSource {
public:
  Arriving(Tokens all, size_t atOnce) : all(std::move(all)), atOnce(atOnce) {}

  void wait() override {
    EXPECT_FALSE(isWhole);
    size_t count = std::min(tokens.size() + atOnce, all.size());
    tokens.assign(all.begin(), all.begin() + count);
    isWhole = count == all.size();
  }

private:
  Tokens all;
  size_t atOnce;
};

TEST(Search, OfASourceThatArrivesFindsWhatGreedySearchFinds) {
  constexpr int32_t vocabulary = 30;
  for (SourceNeed::Bound wait : {SourceNeed::Bound{1, 1, 1}, {1, 4, 1}, {2, 1, 1}, {1, 5, 4}})
    for (uint64_t seed = 0; seed < 8; ++seed) {
      Rule rule = [&](std::span<const int32_t> source, const Tokens &prefix) {
        size_t seen = (wait.perPosition * prefix.size() + wait.constant) / wait.divisor;
        return randomRule(vocabulary, seed, 6)(source.first(std::min(seen, source.size())), prefix);
      };
      RememberingModel model(vocabulary, rule);
      model.about.sourceNeed.bounds = {wait};
      SearchOptions options{1, 1.0, 1, 0, vocabulary};
      for (int32_t i = 0; i < threeSources.count(); ++i) {
        Tokens source(threeSources[i].begin(), threeSources[i].end());
        Ragged whole;
        whole.append(source);
        Tokens greedy = search(model, whole, options)[0][0].tokens;
        for (size_t atOnce : {1, 2, 9}) {
          Arriving arriving(source, atOnce);
          Tokens answered;
          searchArriving(model, options, arriving, [&](std::span<const int32_t> tokens) {
            EXPECT_EQ(tokens.size(), answered.size() + 1);
            answered.assign(tokens.begin(), tokens.end());
            // Of the parts that arrive, the last one was needed.
            int64_t needed = model.about.sourceNeed.tokens(tokens.size() - 1);
            if (static_cast<int64_t>(source.size()) > needed && needed > 0 && tokens.size() < 20)
              EXPECT_LT(arriving.tokens.size(), needed + atOnce);
          });
          EXPECT_EQ(answered, greedy) << "seed " << seed << ", " << atOnce << " at once";
        }
      }
    }
}

TEST(Search, OfASourceThatArrivesWaitsWhereTheLengthDecides) {
  // A quarter of a source token for each target token; without an end of its own an answer has 20
  // tokens and 3 for each of the source's.
  constexpr int32_t vocabulary = 6;
  RememberingModel model(vocabulary, [](auto, const Tokens &) {
    return std::vector<float>{-9, -9, -9, -9, -0.1f, -3};
  });
  model.about.sourceNeed.bounds = {{1, 4, 4}};
  Arriving source({4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 0}, 1);
  Tokens answered;
  searchArriving(model, {1, 1.0, 1, 0, vocabulary}, source, [&](std::span<const int32_t> tokens) {
    answered.assign(tokens.begin(), tokens.end());
    EXPECT_LE(tokens.size(), 20 + 3 * source.tokens.size());
  });
  EXPECT_EQ(answered.size(), 50u);
}

TEST(Search, LengthEndsAtTheDefaultTheOptionOrTheModelsPositions) {
  constexpr int32_t vocabulary = 5;
  Rule endless = [](std::span<const int32_t>, const Tokens &) {
    return std::vector<float>{-9, -20, -20, -20, -0.001f};
  };
  RememberingModel model(vocabulary, endless);
  Ragged source = sentences({{4, 4, 0}, {0}});
  for (int32_t beam : {1, 3}) {
    SearchOptions options{beam, 1.0, 1, 0, vocabulary};
    auto found = search(model, source, options);
    EXPECT_EQ(found[0][0].tokens.size(), 26u); // 3 x 2 + 20
    EXPECT_EQ(found[1][0].tokens.size(), 20u);
    EXPECT_NEAR(found[1][0].logProbability, -9.02, 1e-5); // the end that had to follow counts
    options.maximumLength = 1;
    EXPECT_EQ(search(model, source, options)[0][0].tokens, Tokens({4}));
    options.maximumLength = 1000;
    model.about.maximumLength = 8; // with the end
    EXPECT_EQ(search(model, source, options)[0][0].tokens.size(), 7u);
    model.about.maximumLength = 512;
  }
}

TEST(Search, LimitsHoldEveryBatch) {
  constexpr int32_t vocabulary = 6, sentenceLimit = 8, positionLimit = 40;
  RememberingModel model(vocabulary, [](auto, const Tokens &) {
    return std::vector<float>{-9, -2, -20, -20, -1, -1}; // as long as it may be
  });
  model.about.maximumLength = 30;
  for (int32_t maximumLength : {0, 1, 5, 100})
    for (int32_t beam : {1, 3}) {
      SearchOptions options{beam, 1.0, 1, maximumLength, vocabulary};
      Limits limits = searchLimits(model.about, options, sentenceLimit, positionLimit);
      size_t mostRows = 0, mostSteps = 0, mostPositions = 0;
      for (int32_t length = 1; length <= model.about.maximumLength; ++length) {
        Ragged source;
        for (int32_t i = 0; i < sentenceLimit && (i == 0 || (i + 1) * length <= positionLimit); ++i)
          source.append(Tokens(length, 4));
        EXPECT_LE(source.count(), limits.sentences);
        EXPECT_LE(source.count() * length, limits.sourcePositions);
        search(model, source, options);
        size_t rows = std::ranges::max(model.rowsOfStep), steps = model.rowsOfStep.size();
        mostRows = std::max(mostRows, rows);
        mostSteps = std::max(mostSteps, steps);
        mostPositions = std::max(mostPositions, rows * steps);
      }
      EXPECT_EQ(static_cast<int32_t>(mostRows), limits.hypotheses);
      EXPECT_EQ(static_cast<int32_t>(mostSteps), limits.targetLength);
      EXPECT_EQ(static_cast<int64_t>(mostPositions), limits.targetPositions);
      EXPECT_EQ(limits.sourceLength, 30);
    }
}

TEST(Search, NeverChoosesBeginPaddingOrIdsThatDoNotOccur) {
  constexpr int32_t vocabulary = 9;
  Rule tempting = [](std::span<const int32_t>, const Tokens &prefix) {
    std::vector<float> values(vocabulary, -8);
    values[2] = values[3] = values[7] = values[8] = -0.5f;
    values[prefix.size() < 3 ? 5 : 0] = -4;
    return values;
  };
  RememberingModel model(vocabulary, tempting);
  for (int32_t beam : {1, 4}) {
    auto found = search(model, threeSources, {beam, 0.0, beam, 6, /*vocabulary=*/7});
    EXPECT_EQ(found[0][0].tokens, beam == 1 ? Tokens({5, 5, 5}) : Tokens());
    for (const Hypothesis &hypothesis : found[0])
      for (int32_t id : hypothesis.tokens)
        EXPECT_TRUE(id == 1 || (id >= 4 && id < 7)) << id;
  }
}

TEST(Search, TiesGoToTheLowerToken) {
  constexpr int32_t vocabulary = 6;
  Rule even = [](std::span<const int32_t>, const Tokens &prefix) {
    std::vector<float> values(vocabulary, -1);
    if (prefix.size() < 2)
      values[0] = -5;
    return values;
  };
  RememberingModel model(vocabulary, even);
  auto greedy = search(model, threeSources, {1, 1.0, 1, 0, vocabulary});
  EXPECT_EQ(greedy[0][0].tokens, Tokens({1, 1}));
  auto beam = search(model, threeSources, {2, 1.0, 2, 0, vocabulary});
  EXPECT_EQ(beam[0][0].tokens, Tokens({1, 1}));
  EXPECT_EQ(beam[0][1].tokens, Tokens({4, 1})); // the lower last token before the better parent
}

TEST(Search, ABeamWiderThanTheVocabularyFindsWhatThereIs) {
  constexpr int32_t vocabulary = 5;
  RememberingModel model(vocabulary, randomRule(vocabulary, 3));
  auto found = search(model, threeSources, {50, 1.0, 50, 1, vocabulary});
  EXPECT_EQ(found[0].size(), 3u); // nothing, 1 and 4
  EXPECT_EQ(model.rowsOfStep, (std::vector<size_t>{3, 6}));
}

TEST(Search, AnImpossibleWordIsNoReasonToFail) {
  constexpr float never = -std::numeric_limits<float>::infinity();
  RememberingModel model(5, [=](auto, const Tokens &) { return std::vector<float>(5, never); });
  auto found = search(model, threeSources, {2, 0.6, 2, 0, 5});
  ASSERT_EQ(found[0].size(), 2u);
  EXPECT_TRUE(found[0][0].tokens.empty());
  EXPECT_EQ(found[0][0].score, never);
}

TEST(Search, NotANumberIsTheCheckpointsFault) {
  for (float wrong :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    for (int32_t beam : {1, 4}) {
      RememberingModel model(8, [=](auto, const Tokens &prefix) {
        std::vector<float> values = randomRule(8, 1)({}, prefix);
        values[0] = -20;
        if (prefix.size() == 2)
          values[6] = wrong;
        return values;
      });
      EXPECT_THROW(search(model, threeSources, {beam, 1.0, 1, 0, 8}), UserError);
    }
}

TEST(Search, NothingBecomesNothing) {
  RememberingModel model(5, randomRule(5, 1));
  EXPECT_TRUE(search(model, {}, {4, 1.0, 1, 0, 5}).empty());
}

TEST(Search, RefusesOptionsOutOfRange) {
  RememberingModel model(5, randomRule(5, 1));
  EXPECT_THROW(search(model, threeSources, {0, 1.0, 1, 0, 5}), InternalError);
  EXPECT_THROW(search(model, threeSources, {2, 1.0, 3, 0, 5}), InternalError);
  EXPECT_THROW(search(model, threeSources, {2, 1.0, 1, 0, 6}), InternalError);
  EXPECT_THROW(search(model, threeSources, {2, 1.0, 1, 0, 0}), InternalError);
  Arriving source({4, 0}, 1);
  EXPECT_THROW(searchArriving(model, {1, 1.0, 1, 0, 5}, source, {}), InternalError);
  model.about.sourceNeed.bounds = {{1, 1, 1}};
  EXPECT_THROW(searchArriving(model, {2, 1.0, 1, 0, 5}, source, {}), InternalError);
}

} // namespace
