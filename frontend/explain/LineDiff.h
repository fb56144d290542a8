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

/// The first word of a line, which is the name of its result.
std::string_view firstWord(std::string_view line);

/// With how many characters two lines both begin and end, in whole words. What lies between is what
/// sets them apart.
struct SharedEnds {
  size_t begin = 0, end = 0;
};
SharedEnds sharedEnds(std::string_view before, std::string_view after);

} // namespace loup
