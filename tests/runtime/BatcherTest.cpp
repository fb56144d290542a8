#include "runtime/Batcher.h"

#include "runtime/Errors.h"
#include "tests/runtime/Subprocess.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

using namespace loup;
using namespace loup::test;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

namespace {

constexpr int32_t maximumLength = 50;

bool operator==(const Ragged &a, const Ragged &b) {
  return a.tokens == b.tokens && a.offsets == b.offsets;
}
bool same(const Batch &a, const Batch &b) {
  return a.source == b.source && a.target == b.target && a.examples == b.examples;
}

int32_t longest(const Ragged &sequences) {
  int32_t longest = 0;
  for (int32_t i = 0; i < sequences.count(); ++i)
    longest = std::max(longest, sequences.length(i));
  return longest;
}

/// Numbers 0, 1, ... as pairs of lines: the source of line i starts with i in base 100, and the
/// lengths look random.
class BatcherTest : public testing::Test {
protected:
  BatcherTest() {
    description.maximumLength = maximumLength;
    tokenizer = loadTokenizer({.kind = "ids", .vocabulary = 200}, description.ids, "");
  }

  void makeCorpus(int32_t lines, int32_t emptyEvery = 0) {
    std::string source, target;
    for (int32_t i = 0; i < lines; ++i) {
      source += std::to_string(100 + i / 100 % 100) + " " + std::to_string(100 + i % 100);
      for (int32_t k = 0; k < i * 7919 % 31; ++k)
        source += " 7";
      source += "\n";
      if (emptyEvery == 0 || i % emptyEvery != 0)
        for (int32_t k = 0; k <= (i * 7919 % 31 + int64_t(i) * 104729 % 7) / 2; ++k)
          target += "8 ";
      target += "\n";
    }
    writeFile(directory / "source", source);
    writeFile(directory / "target", target);
    corpus.emplace(std::vector<TextPair>{{directory / "source", directory / "target"}}, *tokenizer,
                   *tokenizer, description);
  }

  Batcher batcher(const BatchSize &size, uint64_t seed = 1, bool shuffle = true) {
    return Batcher(*corpus, size, trainingLimits(size, maximumLength), seed, shuffle);
  }

  static std::vector<Batch> epoch(Batcher &batcher) {
    std::vector<Batch> batches;
    for (Batch batch; batcher.next(batch);)
      batches.push_back(batch);
    return batches;
  }

  static std::vector<int32_t> examples(const std::vector<Batch> &batches) {
    std::vector<int32_t> all;
    for (const Batch &batch : batches)
      all.insert(all.end(), batch.examples.begin(), batch.examples.end());
    return all;
  }

  static std::vector<int32_t> counted(int32_t lines) {
    std::vector<int32_t> numbers(lines);
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
  }

  TemporaryDirectory directory;
  Description description;
  std::unique_ptr<Tokenizer> tokenizer;
  std::optional<Corpus> corpus;
};

TEST_F(BatcherTest, EveryExampleComesOnceAnEpoch) {
  makeCorpus(40'000);
  Batcher batches = batcher({.tokens = 1000});
  std::vector<int32_t> previous;
  for (int64_t e = 0; e < 2; ++e) {
    EXPECT_EQ(batches.epoch(), e);
    std::vector<int32_t> order = examples(epoch(batches));
    EXPECT_NE(order, previous) << "each epoch has an order of its own";
    previous = order;
    std::ranges::sort(order);
    EXPECT_EQ(order, counted(40'000));
  }
  EXPECT_EQ(batches.epoch(), 2);
}

TEST_F(BatcherTest, ABatchHoldsTheLinesItsNumbersSay) {
  makeCorpus(3'000);
  Batcher batches = batcher({.tokens = 300});
  for (const Batch &batch : epoch(batches)) {
    ASSERT_EQ(batch.source.count(), batch.target.count());
    ASSERT_EQ(batch.source.count(), static_cast<int32_t>(batch.examples.size()));
    for (int32_t i = 0; i < batch.source.count(); ++i) {
      int32_t line = batch.examples[i];
      EXPECT_EQ(batch.source[i][0], 100 + line / 100 % 100);
      EXPECT_EQ(batch.source[i][1], 100 + line % 100);
      EXPECT_EQ(batch.source.length(i), line * 7919 % 31 + 3);
      EXPECT_EQ(batch.target.length(i), (line * 7919 % 31 + line * 104729 % 7) / 2 + 2);
      EXPECT_EQ(batch.source[i].back(), 0);
      EXPECT_EQ(batch.target[i].back(), 0);
    }
  }
}

TEST_F(BatcherTest, BatchesAreFullAndOfLikeLength) {
  makeCorpus(20'000);
  BatchSize size{.tokens = 800};
  Limits limits = trainingLimits(size, maximumLength);
  Batcher batches = batcher(size);
  int64_t tokens = 0, positions = 0, count = 0, changes = 0, before = 0;
  for (const Batch &batch : epoch(batches)) {
    auto targetTokens = static_cast<int64_t>(batch.target.tokens.size());
    int64_t targetLongest = longest(batch.target);
    EXPECT_LE(targetTokens, size.tokens);
    EXPECT_LE(batch.target.count(), limits.sentences);
    EXPECT_LE(batch.target.count() * targetLongest, limits.targetPositions);
    EXPECT_LE(batch.source.count() * longest(batch.source), limits.sourcePositions);
    tokens += targetTokens;
    positions += batch.target.count() * targetLongest;
    changes += targetLongest != before;
    before = targetLongest;
    ++count;
  }
  EXPECT_GT(tokens, 0.9 * size.tokens * count);
  EXPECT_GT(tokens, 0.97 * positions) << "hardly any padding";
  EXPECT_GT(changes, count / 2) << "but the batches are not sorted";
}

TEST_F(BatcherTest, TheSeedAloneDecidesTheOrder) {
  makeCorpus(20'000);
  Batcher one = batcher({}, 1), again = batcher({}, 1), other = batcher({}, 2);
  std::vector<int32_t> order = examples(epoch(one));
  EXPECT_EQ(order, examples(epoch(again)));
  EXPECT_NE(order, examples(epoch(other)));
}

TEST_F(BatcherTest, TheFirstWindowIsDrawnFromTheWholeCorpus) {
  makeCorpus(100'000);
  Batcher batches = batcher({.lines = 50});
  Batch batch;
  double sum = 0, count = 0;
  for (int32_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(batches.next(batch));
    for (int32_t line : batch.examples)
      sum += line, ++count;
  }
  // The mean of 64 random blocks: its standard deviation is 0.29 / 8 of the corpus.
  EXPECT_NEAR(sum / count / 100'000, 0.5, 0.15);
}

TEST_F(BatcherTest, WithoutShufflingTheOrderIsTheCorpuss) {
  makeCorpus(40'000);
  Batcher batches = batcher({.lines = 300}, 1, false);
  for (int32_t e = 0; e < 2; ++e) {
    std::vector<Batch> all = epoch(batches);
    EXPECT_EQ(examples(all), counted(40'000));
    ASSERT_EQ(all.size(), 134u);
    for (size_t i = 0; i + 1 < all.size(); ++i)
      ASSERT_EQ(all[i].examples.size(), 300u) << i;
  }
}

TEST_F(BatcherTest, BatchesMayBeLargerThanWindows) {
  makeCorpus(50'000);
  Batcher ordered = batcher({.lines = 20'000}, 1, false), shuffled = batcher({.lines = 20'000});
  EXPECT_EQ(epoch(ordered).size(), 3u);
  EXPECT_EQ(epoch(shuffled).size(), 3u);
}

TEST_F(BatcherTest, ASequenceLongerThanABatchComesAlone) {
  makeCorpus(200);
  Batcher batches = batcher({.tokens = 10});
  std::vector<Batch> all = epoch(batches);
  for (const Batch &batch : all)
    EXPECT_TRUE(batch.target.count() == 1 || batch.target.tokens.size() <= 10);
  EXPECT_EQ(examples(all).size(), 200u);
}

TEST_F(BatcherTest, ResumingGoesOnExactly) {
  makeCorpus(36'000, 5);
  for (bool shuffle : {true, false}) {
    SCOPED_TRACE(shuffle);
    BatchSize size{.tokens = 2000};
    Batcher batches = batcher(size, 3, shuffle);
    // States before and after each stretch, and what came between: nothing for an epoch's end.
    std::vector<std::optional<Batch>> given;
    std::vector<std::string> states;
    while (batches.epoch() < 2) {
      states.push_back(batches.state().dump());
      Batch batch;
      bool more = batches.next(batch);
      given.push_back(more ? std::optional(batch) : std::nullopt);
    }
    for (size_t from = 0; from < states.size(); from += 1 + from % 37) {
      Batcher resumed = batcher(size, 3, shuffle);
      resumed.restore(nlohmann::json::parse(states[from]));
      EXPECT_EQ(resumed.state().dump(), states[from]);
      for (size_t i = from; i < std::min(from + 60, given.size()); ++i) {
        Batch batch;
        ASSERT_EQ(resumed.next(batch), given[i].has_value()) << from << " " << i;
        if (given[i])
          ASSERT_TRUE(same(batch, *given[i])) << from << " " << i;
      }
    }
  }
}

TEST_F(BatcherTest, OtherCircumstancesAreRefused) {
  makeCorpus(1000);
  Batcher first = batcher({.tokens = 100}, 1);
  Batch batch;
  first.next(batch);
  nlohmann::json state = first.state();
  EXPECT_THAT([&] { batcher({.tokens = 200}, 1).restore(state); },
              ThrowsMessage<UserError>(
                  AllOf(HasSubstr("batch tokens is 200 now and was 100"), HasSubstr("--init"))));
  EXPECT_THAT([&] { batcher({.tokens = 100}, 2).restore(state); },
              ThrowsMessage<UserError>(HasSubstr("seed is 2 now and was 1")));
  EXPECT_THROW(batcher({.tokens = 100}, 1, false).restore(state), UserError);
  EXPECT_THROW(batcher({.tokens = 100}, 1).restore(nlohmann::json::object()), UserError);
  makeCorpus(1001);
  EXPECT_THAT([&] { batcher({.tokens = 100}, 1).restore(state); },
              ThrowsMessage<UserError>(HasSubstr("training data are not those")));
}

TEST_F(BatcherTest, ProgressGoesFromNoneToAll) {
  makeCorpus(36'000);
  Batcher batches = batcher({.tokens = 4000});
  double before = batches.progress();
  EXPECT_EQ(before, 0);
  Batch batch;
  while (batches.next(batch)) {
    EXPECT_GT(batches.progress(), before);
    before = batches.progress();
  }
  EXPECT_EQ(before, 1);
}

TEST_F(BatcherTest, DataWithoutAPairAreRefused) {
  for (int32_t lines : {0, 10}) {
    makeCorpus(lines, 1);
    Batcher batches = batcher({});
    Batch batch;
    EXPECT_THAT([&] { batches.next(batch); },
                ThrowsMessage<UserError>(HasSubstr("no pair of lines with text on both sides")));
  }
}

TEST(TrainingLimits, HaveRoomForOneLongestSequence) {
  Limits byTokens = trainingLimits({.tokens = 100}, 512);
  EXPECT_EQ(byTokens.targetPositions, 512);
  EXPECT_EQ(byTokens.sentences, 50);
  Limits larger = trainingLimits({.tokens = 1024}, 512);
  EXPECT_EQ(larger.targetPositions, 2048);
  EXPECT_EQ(larger.sourcePositions, 4096);
  Limits byLines = trainingLimits({.lines = 80}, 512);
  EXPECT_EQ(byLines.sentences, 80);
  EXPECT_EQ(byLines.sourcePositions, 80 * 512);
}

} // namespace
