#include "runtime/Translate.h"
#include "runtime/AnswerLines.h"
#include "runtime/Checkpoint.h"
#include "runtime/Errors.h"
#include "runtime/LineReader.h"
#include "runtime/LineStream.h"
#include "runtime/Search.h"
#include "runtime/SentenceEncoder.h"
#include "runtime/ThreadPool.h"
#include "runtime/TokenizerPair.h"
#include "runtime/TranslateOptions.h"
#include "runtime/TranslateStream.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <unistd.h>

namespace loup {
namespace {

constexpr const char *standardInput = "standard input";

void print(const std::string &text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw UserError(fmt::format("cannot write to standard output: {}", std::strerror(errno)));
}

void reportCuts(const SentenceEncoder &encoder) {
  if (std::string notice = encoder.notice(); !notice.empty())
    fmt::print(stderr, "{}\n", notice);
}

/// More sentences than one for each 16 tokens would make a batch larger and hardly faster.
int32_t sentencesOfBatch(const TranslateOptions &options) {
  return static_cast<int32_t>(std::max<int64_t>(options.batchTokens / 16, 1));
}

std::string show(const std::vector<Hypothesis> &hypotheses, int64_t index,
                 const Tokenizer &tokenizer, const TranslateOptions &options) {
  if (options.nBest == 0)
    return tokenizer.decode(hypotheses[0].tokens) + "\n";
  std::string lines;
  for (const Hypothesis &hypothesis : hypotheses)
    lines += fmt::format("{} ||| {} ||| {:.6f}\n", index, tokenizer.decode(hypothesis.tokens),
                         hypothesis.score);
  return lines;
}

/// Reads the lines that have arrived, at least one, or none at the end; but no more than make some
/// tens of batches. An error in a line waits in `failure` until those before it are answered.
std::vector<Line> readWindow(LineStream &input, SentenceEncoder &encoder,
                             const Tokenizer &tokenizer, const TranslateOptions &options,
                             std::exception_ptr &failure) {
  std::vector<Line> lines;
  std::string text;
  int64_t tokens = 0;
  try {
    while (tokens < 64 * options.batchTokens && (lines.empty() || input.ready()) &&
           input.next(text)) {
      Line line{input.lineNumber() - 1, encoder.encode(text, input.lineNumber()), {}, {}};
      tokens += static_cast<int64_t>(line.source.size());
      if (line.source.size() == 1) // the end alone
        line.answer = show({Hypothesis()}, line.index, tokenizer, options);
      lines.push_back(std::move(line));
    }
  } catch (const UserError &) {
    failure = std::current_exception();
  }
  return lines;
}

void reportMaximumLength(const TranslateOptions &options, const Description &description) {
  if (options.maximumLength >= description.maximumLength)
    fmt::print(stderr, "--max-length {}: translations end at the {} tokens that the model makes\n",
               options.maximumLength, description.maximumLength - 1);
}

/// Only ids below `vocabulary` are chosen.
void translateInput(Model &model, const TokenizerPair &tokenizers, int32_t vocabulary,
                    const TranslateOptions &options) {
  const Description &description = model.description();
  const Tokenizer &tokenizer = tokenizers.target();
  reportMaximumLength(options, description);
  SearchOptions searchOptions{options.beam, options.lengthPenalty, std::max(options.nBest, 1),
                              options.maximumLength, vocabulary};
  Limits limits =
      searchLimits(description, searchOptions, sentencesOfBatch(options), options.batchTokens);
  model.reserveDecoding(limits);

  auto translate = [&](std::span<Line *const> batch) {
    Ragged source;
    for (const Line *line : batch)
      source.append(line->source);
    auto found = search(model, source, searchOptions);
    for (size_t i = 0; i < batch.size(); ++i)
      batch[i]->answer = show(found[i], batch[i]->index, tokenizer, options);
  };

  LineStream input(STDIN_FILENO, standardInput);
  SentenceEncoder encoder(standardInput, *tokenizers.source, description,
                          description.marks.presentColumn);
  std::exception_ptr failure;
  std::vector<Line> lines;
  do {
    lines = readWindow(input, encoder, tokenizer, options, failure);
    answerLines(lines, limits, translate, print);
  } while (!lines.empty() && !failure);
  reportCuts(encoder);
  if (failure)
    std::rethrow_exception(failure);
}

void scoreInput(Model &model, const TokenizerPair &tokenizers, const TranslateOptions &options) {
  const Description &description = model.description();
  LineStream input(STDIN_FILENO, standardInput);
  LineReader targets(options.targets);
  SentenceEncoder sourceEncoder(standardInput, *tokenizers.source, description,
                                description.marks.presentColumn);
  SentenceEncoder targetEncoder(options.targets, tokenizers.target(), description);

  std::vector<Line> lines;
  std::string text;
  while (input.next(text))
    lines.push_back(
        {input.lineNumber() - 1, sourceEncoder.encode(text, input.lineNumber()), {}, {}});
  while (targets.next(text))
    if (static_cast<size_t>(targets.lineNumber()) <= lines.size())
      lines[targets.lineNumber() - 1].target = targetEncoder.encode(text, targets.lineNumber());
  if (static_cast<size_t>(targets.lineNumber()) != lines.size())
    throw UserError(fmt::format("{} has {} lines and {} has {}: each line of one must be the "
                                "translation of the same line of the other",
                                standardInput, lines.size(), options.targets,
                                targets.lineNumber()));

  Limits limits;
  limits.sentences = sentencesOfBatch(options);
  limits.sourceLength = limits.targetLength = description.maximumLength;
  limits.sourcePositions = limits.targetPositions =
      std::max<int64_t>(options.batchTokens, description.maximumLength);
  model.reserveTraining(limits);

  auto score = [&](std::span<Line *const> lines) {
    Batch batch;
    for (const Line *line : lines) {
      batch.source.append(line->source);
      batch.target.append(line->target);
      batch.examples.push_back(static_cast<int32_t>(line->index));
    }
    std::vector<float> losses(batch.target.tokens.size());
    model.score(batch, losses);
    for (float &loss : losses)
      loss = 0 - loss; // and not -loss, which would print -0
    for (size_t i = 0; i < lines.size(); ++i) {
      auto first = losses.begin() + batch.target.offsets[i];
      auto last = losses.begin() + batch.target.offsets[i + 1];
      lines[i]->answer = fmt::format("{}\n", fmt::join(first, last, " "));
    }
  };
  answerLines(lines, limits, score, print);
  reportCuts(sourceEncoder);
  reportCuts(targetEncoder);
}

void translate(int argc, char **argv, std::unique_ptr<Model> (*makeModel)()) {
  std::unique_ptr<Model> model = makeModel();
  TranslateOptions options;
  if (!readTranslateOptions(argc, argv, model->description(), options))
    return;
  setThreadCount(options.threads);
  CheckpointInfo info = loadCheckpoint(options.model, *model);
  TokenizerPair tokenizers = options.ids
                                 ? idTokenizers(model->description())
                                 : loadTokenizers(model->description(), info, options.model);
  if (!options.targets.empty())
    return scoreInput(*model, tokenizers, options);
  // As ids, too, translations hold only what the tokenizer of the text uses.
  int32_t vocabulary = tokenizers.target().size();
  if (options.ids && info.sourceTokenizer)
    vocabulary = loadTokenizers(model->description(), info, options.model).target().size();
  if (!options.stream)
    return translateInput(*model, tokenizers, vocabulary, options);
  reportMaximumLength(options, model->description());
  SentenceEncoder encoder(standardInput, *tokenizers.source, model->description());
  translateStream(*model, encoder, tokenizers.target(), vocabulary, options, print);
  reportCuts(encoder);
}

} // namespace

int translateMain(int argc, char **argv, std::unique_ptr<Model> (*makeModel)()) {
  // Whoever started the program may have had SIGPIPE ignored, which every child inherits.
  std::signal(SIGPIPE, SIG_DFL);
  return reportErrors(std::filesystem::path(argv[0]).filename().string(),
                      [&] { translate(argc, argv, makeModel); });
}

} // namespace loup
