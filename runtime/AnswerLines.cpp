#include "runtime/AnswerLines.h"

#include <algorithm>
#include <tuple>

namespace loup {

/// How many of the first of `queue`, which is sorted by source length, make a batch.
static size_t batchSize(std::span<Line *const> queue, const Limits &limits) {
  size_t size = 0, longestTarget = 0;
  for (; size < queue.size(); ++size) {
    int64_t count = static_cast<int64_t>(size) + 1;
    longestTarget = std::max(longestTarget, queue[size]->target.size());
    if (size > 0 && (count > limits.sentences ||
                     count * int64_t(queue[size]->source.size()) > limits.sourcePositions ||
                     count * int64_t(longestTarget) > limits.targetPositions))
      break;
  }
  return size;
}

void answerLines(std::vector<Line> &lines, const Limits &limits, const AnswerBatch &answer,
                 const Print &print) {
  std::vector<Line *> open;
  for (Line &line : lines)
    if (line.answer.empty())
      open.push_back(&line);
  std::sort(open.begin(), open.end(), [](const Line *a, const Line *b) {
    return std::make_tuple(a->source.size(), a->target.size(), a->index) <
           std::make_tuple(b->source.size(), b->target.size(), b->index);
  });

  auto next = lines.begin();
  auto printKnown = [&] {
    std::string known;
    for (; next != lines.end() && !next->answer.empty(); ++next)
      known += next->answer;
    if (!known.empty())
      print(known);
  };
  printKnown();
  for (std::span<Line *const> queue = open; !queue.empty();) {
    size_t size = batchSize(queue, limits);
    answer(queue.first(size));
    queue = queue.subspan(size);
    printKnown();
  }
}

} // namespace loup
