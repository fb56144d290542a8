// What changes from one text to the next, line by line.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace loup {

/// The lines of `text`, without their ends.
std::vector<std::string_view> linesOf(std::string_view text);

enum class Change { Kept, Removed, Added };

/// Neighbouring lines of one kind: of the earlier text, or of the later one where they are added.
struct LineRun {
  Change change;
  size_t first, count;

  bool operator==(const LineRun &) const = default;
};

/// The runs that lead from `before` to `after`, in order. Between lines that are kept, a removed
/// line stands right before the added one that begins with the same word: where an op changes, its
/// result has the same name.
std::vector<LineRun> diffLines(const std::vector<std::string_view> &before,
                               const std::vector<std::string_view> &after);

} // namespace loup
