#include "runtime/Bleu.h"

#include "runtime/Errors.h"
#include "runtime/Utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace loup {

namespace {

constexpr size_t longestNgram = 4;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// ASCII punctuation but for the apostrophe, comma, hyphen and full stop, which have rules of
/// their own; the space is among them as in mteval-v13a.
bool isPunctuation(char c) {
  return (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') ||
         (c >= '(' && c <= '+') || (c >= ':' && c <= '@') || c == '/';
}

bool isPointOrComma(char c) { return c == '.' || c == ','; }

void replaceAll(std::string &text, std::string_view from, std::string_view to) {
  for (size_t i = 0; (i = text.find(from, i)) != std::string::npos; i += to.size())
    text.replace(i, from.size(), to);
}

/// Replaces, from left to right, each pair of neighbours that `matches` by before + first + between
/// + second + after, as a regular expression of two characters does: the next match begins behind.
template <typename Matches>
std::string spacePairs(const std::string &text, Matches matches, const char *before,
                       const char *between, const char *after) {
  std::string spaced;
  size_t i = 0;
  for (; i + 1 < text.size(); ++i) {
    if (matches(text[i], text[i + 1])) {
      spaced.append(before) += text[i];
      spaced.append(between) += text[++i];
      spaced.append(after);
    } else {
      spaced += text[i];
    }
  }
  return spaced.append(text, i);
}

using NgramCounts = std::unordered_map<std::string, int64_t>;

/// The n-grams of one length, as their tokens joined by spaces, which no token holds.
NgramCounts countNgrams(const std::vector<std::string> &tokens, size_t n) {
  NgramCounts counts;
  for (size_t i = 0; i + n <= tokens.size(); ++i) {
    std::string ngram = tokens[i];
    for (size_t j = 1; j < n; ++j)
      ngram.append(1, ' ').append(tokens[i + j]);
    ++counts[ngram];
  }
  return counts;
}

} // namespace

std::vector<std::string> tokenize13a(const std::string &line) {
  std::string text = line;
  replaceAll(text, "<skipped>", "");
  replaceAll(text, "&quot;", "\"");
  replaceAll(text, "&amp;", "&");
  replaceAll(text, "&lt;", "<");
  replaceAll(text, "&gt;", ">");

  std::string spaced = " ";
  for (char c : text) {
    if (isPunctuation(c))
      spaced.append({' ', c, ' '});
    else
      spaced += c;
  }
  spaced += ' ';
  spaced = spacePairs(
      spaced, [](char a, char b) { return !isDigit(a) && isPointOrComma(b); }, "", " ", " ");
  spaced = spacePairs(
      spaced, [](char a, char b) { return isPointOrComma(a) && !isDigit(b); }, " ", " ", "");
  spaced = spacePairs(spaced, [](char a, char b) { return isDigit(a) && b == '-'; }, "", " ", " ");

  std::vector<std::string> tokens;
  forEachWord(spaced, [&](std::string_view word) { tokens.emplace_back(word); });
  return tokens;
}

double bleu(const std::vector<std::string> &hypotheses,
            const std::vector<std::string> &references) {
  if (hypotheses.size() != references.size())
    throw InternalError(fmt::format("BLEU of {} hypotheses and {} references", hypotheses.size(),
                                    references.size()));
  std::array<int64_t, longestNgram> correct{}, total{};
  int64_t hypothesisLength = 0, referenceLength = 0;
  for (size_t i = 0; i < hypotheses.size(); ++i) {
    std::vector<std::string> hypothesis = tokenize13a(hypotheses[i]);
    std::vector<std::string> reference = tokenize13a(references[i]);
    hypothesisLength += static_cast<int64_t>(hypothesis.size());
    referenceLength += static_cast<int64_t>(reference.size());
    for (size_t n = 1; n <= longestNgram; ++n) {
      NgramCounts allowed = countNgrams(reference, n);
      for (const auto &[ngram, count] : countNgrams(hypothesis, n)) {
        total[n - 1] += count;
        if (auto found = allowed.find(ngram); found != allowed.end())
          correct[n - 1] += std::min(count, found->second);
      }
    }
  }

  // A precision of zero is taken as half, a quarter, ... of one match; a corpus too short to have
  // any n-gram of some length scores zero.
  double logarithms = 0, smoothing = 1;
  if (correct[0] == 0)
    return 0;
  for (size_t n = 0; n < longestNgram; ++n) {
    if (total[n] == 0)
      return 0;
    double matches = correct[n] > 0 ? static_cast<double>(correct[n]) : 1 / (smoothing *= 2);
    logarithms += std::log(100 * matches / static_cast<double>(total[n]));
  }
  double ratio = static_cast<double>(referenceLength) / static_cast<double>(hypothesisLength);
  return std::exp(std::min(0.0, 1 - ratio) + logarithms / longestNgram);
}

} // namespace loup
