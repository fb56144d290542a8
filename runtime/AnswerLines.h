// Lines through a model: in batches of like length, out in their order.
#pragma once

#include "runtime/Model.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace loup {

/// A line of the input on its way.
struct Line {
  int64_t index = 0;           // in the input, from 0
  std::vector<int32_t> source; // token ids, end included
  std::vector<int32_t> target; // the same; empty where there is none
  std::string answer;          // with its line end; empty until it is known
};

/// Has `answer` fill in the answers of a batch, and `print` print one or more of them.
using AnswerBatch = std::function<void(std::span<Line *const>)>;
using Print = std::function<void(const std::string &)>;

/// Answers the lines that have no answer yet, batch by batch within `limits`, shortest sources
/// first, and prints each line's answer as soon as it and those of all lines before it are known.
void answerLines(std::vector<Line> &lines, const Limits &limits, const AnswerBatch &answer,
                 const Print &print);

} // namespace loup
