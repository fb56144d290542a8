#include "runtime/AnswerLines.h"

#include <algorithm>
#include <gtest/gtest.h>

using namespace loup;

namespace {

std::vector<Line> linesOf(const std::vector<std::pair<size_t, size_t>> &lengths) {
  std::vector<Line> lines;
  for (auto [source, target] : lengths)
    lines.push_back({static_cast<int64_t>(lines.size()), std::vector<int32_t>(source),
                     std::vector<int32_t>(target), source ? "" : "empty\n"});
  return lines;
}

/// The indices of each batch, and what was printed after each.
struct Record {
  std::vector<std::vector<int64_t>> batches;
  std::vector<std::string> printed;
};

Record answer(std::vector<Line> lines, const Limits &limits) {
  Record record;
  answerLines(
      lines, limits,
      [&](std::span<Line *const> batch) {
        record.batches.emplace_back();
        for (Line *line : batch) {
          record.batches.back().push_back(line->index);
          line->answer = std::to_string(line->index) + "\n";
        }
      },
      [&](const std::string &text) { record.printed.push_back(text); });
  return record;
}

Limits limitsOf(int32_t sentences, int64_t sourcePositions, int64_t targetPositions = 0) {
  Limits limits;
  limits.sentences = sentences;
  limits.sourcePositions = sourcePositions;
  limits.targetPositions = targetPositions;
  return limits;
}

using Batches = std::vector<std::vector<int64_t>>;
using Printed = std::vector<std::string>;

TEST(AnswerLines, LikeLengthsShareABatchAndAnswersComeInOrder) {
  auto lines = linesOf({{0, 0}, {4, 0}, {2, 0}, {9, 0}, {2, 0}, {4, 0}, {0, 0}, {1, 0}});
  Record record = answer(lines, limitsOf(100, 8));
  EXPECT_EQ(record.batches, (Batches{{7, 2, 4}, {1, 5}, {3}}));
  EXPECT_EQ(record.printed, (Printed{"empty\n", "1\n2\n", "3\n4\n5\nempty\n7\n"}));
}

TEST(AnswerLines, EachLimitEndsABatch) {
  auto lines = linesOf({{2, 1}, {2, 1}, {2, 5}, {2, 5}});
  EXPECT_EQ(answer(lines, limitsOf(4, 8, 20)).batches, (Batches{{0, 1, 2, 3}}));
  EXPECT_EQ(answer(lines, limitsOf(3, 8, 20)).batches, (Batches{{0, 1, 2}, {3}}));
  EXPECT_EQ(answer(lines, limitsOf(4, 7, 20)).batches, (Batches{{0, 1, 2}, {3}}));
  EXPECT_EQ(answer(lines, limitsOf(4, 8, 19)).batches, (Batches{{0, 1, 2}, {3}}));
  EXPECT_EQ(answer(lines, limitsOf(1, 1, 1)).batches, (Batches{{0}, {1}, {2}, {3}}));
}

TEST(AnswerLines, NothingOrOnlyEmptyLinesTakeNoBatch) {
  EXPECT_EQ(answer({}, limitsOf(1, 1)).printed, Printed{});
  Record record = answer(linesOf({{0, 0}, {0, 0}}), limitsOf(1, 1));
  EXPECT_EQ(record.batches, Batches{});
  EXPECT_EQ(record.printed, Printed{"empty\nempty\n"});
}

} // namespace
