#include "frontend/explain/LineDiff.h"

#include <algorithm>
#include <unordered_map>

namespace loup {
namespace {

using Lines = std::vector<std::string_view>;

/// Where a line is in both texts.
struct Pair {
  size_t before, after;
};

/// Cohen's patience diff: the lines that both texts have once, in the longest order they share, are
/// common; then those around and between them.
class CommonLines {
public:
  CommonLines(const Lines &before, const Lines &after) : before(before), after(after) {
    find(0, before.size(), 0, after.size());
  }

  std::vector<Pair> take() { return std::move(common); }

private:
  /// Among lines [a, endA) and [b, endB).
  void find(size_t a, size_t endA, size_t b, size_t endB) {
    while (a < endA && b < endB && before[a] == after[b])
      common.push_back({a++, b++});
    size_t behind = 0;
    while (a < endA && b < endB && before[endA - 1] == after[endB - 1])
      --endA, --endB, ++behind;
    std::vector<Pair> anchors = longestAscending(linesOfOnce(a, endA, b, endB));
    if (!anchors.empty()) {
      for (const Pair &anchor : anchors) {
        find(a, anchor.before, b, anchor.after);
        common.push_back(anchor);
        a = anchor.before + 1;
        b = anchor.after + 1;
      }
      find(a, endA, b, endB);
    }
    for (size_t i = 0; i < behind; ++i)
      common.push_back({endA + i, endB + i});
  }

  /// Lines that are in both texts once, in the order of the first.
  std::vector<Pair> linesOfOnce(size_t a, size_t endA, size_t b, size_t endB) const {
    struct Place {
      size_t before = 0, after = 0, timesBefore = 0, timesAfter = 0;
    };
    std::unordered_map<std::string_view, Place> places;
    for (size_t i = a; i < endA; ++i) {
      Place &place = places[before[i]];
      place.before = i;
      ++place.timesBefore;
    }
    for (size_t i = b; i < endB; ++i)
      if (auto found = places.find(after[i]); found != places.end()) {
        found->second.after = i;
        ++found->second.timesAfter;
      }
    std::vector<Pair> lines;
    for (size_t i = a; i < endA; ++i)
      if (const Place &place = places.at(before[i]);
          place.timesBefore == 1 && place.timesAfter == 1)
        lines.push_back({i, place.after});
    return lines;
  }

  /// The longest part of `pairs` in which `after` ascends as `before` does.
  static std::vector<Pair> longestAscending(const std::vector<Pair> &pairs) {
    constexpr size_t none = ~size_t(0);
    std::vector<size_t> last;                         // of the best parts of length 1, 2, ...
    std::vector<size_t> previous(pairs.size(), none); // in the best part that ends here
    for (size_t i = 0; i < pairs.size(); ++i) {
      auto place = std::lower_bound(last.begin(), last.end(), i, [&](size_t x, size_t y) {
        return pairs[x].after < pairs[y].after;
      });
      if (place != last.begin())
        previous[i] = *std::prev(place);
      if (place == last.end())
        last.push_back(i);
      else
        *place = i;
    }
    std::vector<Pair> longest;
    for (size_t i = last.empty() ? none : last.back(); i != none; i = previous[i])
      longest.push_back(pairs[i]);
    std::reverse(longest.begin(), longest.end());
    return longest;
  }

  const Lines &before, &after;
  std::vector<Pair> common;
};

/// Whether a word lies on both sides of a place in a line.
bool isInsideWord(std::string_view line, size_t at) {
  auto isPart = [](char c) {
    return std::string_view(" ,:(){}[]<>=\"").find(c) == std::string_view::npos;
  };
  return at > 0 && at < line.size() && isPart(line[at - 1]) && isPart(line[at]);
}

class Runs {
public:
  void add(Change change, size_t first, size_t count) {
    if (count == 0)
      return;
    if (!runs.empty() && runs.back().change == change &&
        runs.back().first + runs.back().count == first)
      runs.back().count += count;
    else
      runs.push_back({change, first, count});
  }

  std::vector<LineRun> take() { return std::move(runs); }

private:
  std::vector<LineRun> runs;
};

} // namespace

std::vector<std::string_view> linesOf(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::vector<LineRun> diffLines(const Lines &before, const Lines &after) {
  Runs runs;
  size_t a = 0, b = 0; // the lines so far
  // Nothing is kept between a and untilA, b and untilB.
  auto change = [&](size_t untilA, size_t untilB) {
    Lines removed, added;
    for (size_t i = a; i < untilA; ++i)
      removed.push_back(firstWord(before[i]));
    for (size_t i = b; i < untilB; ++i)
      added.push_back(firstWord(after[i]));
    size_t startA = a, startB = b;
    for (const Pair &pair : CommonLines(removed, added).take()) {
      runs.add(Change::Removed, a, startA + pair.before + 1 - a);
      runs.add(Change::Added, b, startB + pair.after + 1 - b);
      a = startA + pair.before + 1;
      b = startB + pair.after + 1;
    }
    runs.add(Change::Removed, a, untilA - a);
    runs.add(Change::Added, b, untilB - b);
    a = untilA;
    b = untilB;
  };
  for (const Pair &pair : CommonLines(before, after).take()) {
    change(pair.before, pair.after);
    runs.add(Change::Kept, a++, 1);
    ++b;
  }
  change(before.size(), after.size());
  return runs.take();
}

std::string_view firstWord(std::string_view line) {
  size_t begin = std::min(line.find_first_not_of(' '), line.size());
  return line.substr(begin, line.find(' ', begin) - begin);
}

SharedEnds sharedEnds(std::string_view before, std::string_view after) {
  auto shared = [](auto begin, auto end, auto other, auto otherEnd) {
    return static_cast<size_t>(std::mismatch(begin, end, other, otherEnd).first - begin);
  };
  SharedEnds ends;
  ends.begin = shared(before.begin(), before.end(), after.begin(), after.end());
  while (isInsideWord(before, ends.begin) || isInsideWord(after, ends.begin))
    --ends.begin;
  before.remove_prefix(ends.begin);
  after.remove_prefix(ends.begin);
  ends.end = shared(before.rbegin(), before.rend(), after.rbegin(), after.rend());
  while (isInsideWord(before, before.size() - ends.end) ||
         isInsideWord(after, after.size() - ends.end))
    --ends.end;
  return ends;
}

} // namespace loup
