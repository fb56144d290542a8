#include "runtime/TranslateStream.h"
#include "runtime/Errors.h"
#include "runtime/LineStream.h"
#include "runtime/Search.h"
#include "runtime/Utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <unistd.h>

namespace loup {
namespace {

/// The tokens of the words that have arrived of one line.
class ArrivingLine : public ArrivingSource {
public:
  ArrivingLine(LineStream &input, SentenceEncoder &encoder, int32_t end)
      : input(input), encoder(encoder), end(end) {}

  /// Waits for the first token. False at the end of the input.
  bool begin() {
    while (tokens.empty() && !isWhole && !isOver)
      wait();
    return !isOver;
  }

  void wait() override {
    if (!input.nextWords(words))
      return takeLine();
    std::vector<int32_t> more = encoder.encodeBeginning(words, input.lineNumber() + 1);
    if (static_cast<int32_t>(more.size()) == encoder.mostTokens()) { // the rest is cut
      more.push_back(end);
      isWhole = true;
    }
    accept(std::move(more), input.lineNumber() + 1);
  }

  /// Waits for the line's end.
  void finish() {
    if (!isTaken)
      takeLine();
  }

private:
  void takeLine() {
    isOver = !input.next(words);
    if (isOver)
      return;
    isTaken = true;
    std::vector<int32_t> all = encoder.encode(words, input.lineNumber());
    if (!isWhole)
      accept(std::move(all), input.lineNumber());
    isWhole = true;
  }

  /// What was read already must not change: no piece reaches over a space.
  void accept(std::vector<int32_t> more, int64_t number) {
    if (std::ranges::mismatch(tokens, more).in1 != tokens.end())
      throw UserError(fmt::format("standard input, line {}: with \"{}\" the words before it become "
                                  "other tokens, but they are translated already; translate this "
                                  "line without --stream",
                                  number, printable(words.substr(words.find_last_of(" \t") + 1))));
    tokens = std::move(more);
  }

  LineStream &input;
  SentenceEncoder &encoder;
  int32_t end;
  std::string words;
  bool isTaken = false; // from the input, with its end
  bool isOver = false;
};

/// Prints an answer as it grows.
class GrowingAnswer {
public:
  GrowingAnswer(const Tokenizer &tokenizer, const Print &print)
      : tokenizer(tokenizer), print(print) {}

  void show(std::span<const int32_t> tokens) {
    text = tokenizer.decode(tokens);
    size_t whole = text.size();
    while (text.substr(0, whole).ends_with(unfinished))
      whole -= unfinished.size();
    printUpTo(whole);
  }

  void finish() {
    text += '\n';
    printUpTo(text.size());
  }

private:
  /// A character of which only some bytes are known.
  static constexpr std::string_view unfinished = "\uFFFD";

  void printUpTo(size_t size) {
    if (!text.starts_with(printed))
      throw InternalError("more tokens go on with the text of fewer");
    if (size <= printed.size())
      return;
    print(text.substr(printed.size(), size - printed.size()));
    printed = text.substr(0, size);
  }

  const Tokenizer &tokenizer;
  const Print &print;
  std::string text, printed;
};

} // namespace

void translateStream(Model &model, SentenceEncoder &encoder, const Tokenizer &target,
                     int32_t vocabulary, const TranslateOptions &options, const Print &print) {
  const Description &description = model.description();
  if (description.sourceNeed.bounds.empty())
    throw UserError("--stream: this model reads the whole source before its first token: " +
                    description.sourceNeed.obstacle);
  SearchOptions searchOptions{1, options.lengthPenalty, 1, options.maximumLength, vocabulary};
  model.reserveDecoding(searchLimits(description, searchOptions, 1, 0));

  LineStream input(STDIN_FILENO, "standard input");
  for (;;) {
    ArrivingLine source(input, encoder, description.ids.end);
    if (!source.begin())
      return;
    GrowingAnswer answer(target, print);
    bool isEmpty = source.isWhole && source.tokens.size() == 1; // the end alone
    if (!isEmpty)
      searchArriving(model, searchOptions, source,
                     [&](std::span<const int32_t> tokens) { answer.show(tokens); });
    answer.finish();
    source.finish();
  }
}

} // namespace loup
