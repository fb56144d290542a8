#include "runtime/AnswerLines.h"

#include "runtime/FirstBatch.h"

#include <algorithm>
#include <tuple>

namespace loup {

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
    size_t size = firstBatch(queue.size(), limits, [&](size_t i) {
      return std::pair(queue[i]->source.size(), queue[i]->target.size());
    });
    answer(queue.first(size));
    queue = queue.subspan(size);
    printKnown();
  }
}

} // namespace loup
