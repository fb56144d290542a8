#include "runtime/Corpus.h"

#include "runtime/Errors.h"
#include "runtime/Presence.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

namespace loup {

PairReader::PairReader(const TextPair &files, bool saysPresence)
    : first(files.source), saysPresence(saysPresence) {
  if (!files.target.empty())
    second.emplace(files.target);
  for (const LineReader *reader : {&first, &target()})
    if (!reader->isRegular())
      throw UserError(fmt::format("{} is no regular file; training reads its data more than once, "
                                  "so a pipe cannot give them",
                                  reader->path()));
}

bool PairReader::next(std::string &sourceLine, std::string &targetLine) {
  bool more = first.next(sourceLine);
  if (!second) {
    if (more)
      split(sourceLine, targetLine);
    return more;
  }
  if (second->next(targetLine) == more)
    return more;

  LineReader &longer = more ? first : *second;
  for (std::string rest; longer.next(rest);)
    ;
  throw UserError(fmt::format("{} has {} lines and {} has {}; line N of one must be the "
                              "translation of line N of the other",
                              first.path(), first.lineNumber(), second->path(),
                              second->lineNumber()));
}

void PairReader::split(std::string &line, std::string &targetLine) const {
  auto tabs = std::count(line.begin(), line.end(), '\t');
  if (tabs != (saysPresence ? 2 : 1))
    throw UserError(fmt::format("{}, line {}: {} column{}, but source TAB {}target are {}",
                                first.path(), first.lineNumber(), tabs + 1, tabs == 0 ? "" : "s",
                                saysPresence ? "flags TAB " : "", saysPresence ? "three" : "two"));
  size_t tab = line.rfind('\t');
  targetLine.assign(line, tab + 1);
  line.resize(tab);
}

LineSource linesOf(std::vector<TextPair> files, Side side, bool saysPresence) {
  struct State {
    std::vector<TextPair> files;
    size_t opened = 0;
    std::optional<PairReader> reader;
    std::string source, target;
    bool targetIsNext = false;
  };
  auto state = std::make_shared<State>();
  state->files = std::move(files);
  return [state, side, saysPresence]() -> std::optional<std::string> {
    if (std::exchange(state->targetIsNext, false))
      return state->target;
    while (!state->reader || !state->reader->next(state->source, state->target)) {
      if (state->opened == state->files.size())
        return std::nullopt;
      state->reader.emplace(state->files[state->opened++], saysPresence);
    }
    if (saysPresence)
      state->source.resize(textOf(state->source).size());
    state->targetIsNext = side == Side::Both;
    return side == Side::Target ? state->target : state->source;
  };
}

Corpus::Corpus(const std::vector<TextPair> &files, const Tokenizer &source, const Tokenizer &target,
               const Description &description) {
  for (const TextPair &pair : files) {
    bool saysPresence = description.marks.presentColumn;
    PairReader reader(pair, saysPresence);
    std::string sourceName = reader.source().path(), targetName = reader.target().path();
    Encoders encoders{SentenceEncoder(sourceName, source, description, saysPresence),
                      SentenceEncoder(targetName, target, description)};
    pairs.push_back({.reader = std::move(reader), .first = encoders, .again = encoders});
    indexPair(static_cast<int32_t>(pairs.size()) - 1);
  }
}

void Corpus::indexPair(int32_t number) {
  Pair &pair = pairs[number];
  LineReader &source = pair.reader.source(), &target = pair.reader.target();
  source.unpack();
  target.unpack();

  auto checksum = [&](const std::string &text, char end) {
    uLong sum = crc32_z(pair.checksum, reinterpret_cast<const Bytef *>(text.data()), text.size());
    pair.checksum = crc32(sum, reinterpret_cast<const Bytef *>(&end), 1);
  };
  Block block{.pair = number};
  std::string sourceLine, targetLine;
  auto begin = [&] {
    block.lines = 0;
    block.number = static_cast<int32_t>(lineCount);
    block.line = pair.lines;
    block.sourceOffset = source.offset();
    block.targetOffset = target.offset();
  };
  for (begin(); pair.reader.next(sourceLine, targetLine);) {
    pair.first.source.check(sourceLine, source.lineNumber());
    pair.first.target.check(targetLine, target.lineNumber());
    checksum(sourceLine, '\t');
    checksum(targetLine, '\n');
    ++block.lines;
    ++pair.lines;
    if (++lineCount == std::numeric_limits<int32_t>::max())
      throw UserError(fmt::format("{}: more than {} lines in all; train on fewer", source.path(),
                                  lineCount - 1));
    if (block.lines == blockLines) {
      index.push_back(block);
      begin();
    }
  }
  if (block.lines > 0)
    index.push_back(block);
}

int32_t Corpus::blockOf(int32_t number) const {
  auto behind = std::upper_bound(index.begin(), index.end(), number,
                                 [](int32_t n, const Block &block) { return n < block.number; });
  return static_cast<int32_t>(behind - index.begin()) - 1;
}

void Corpus::read(int32_t number, std::vector<Example> &examples) {
  Block &block = index[number];
  Pair &pair = pairs[block.pair];
  LineReader &source = pair.reader.source(), &target = pair.reader.target();
  source.seek(block.sourceOffset, block.line);
  target.seek(block.targetOffset, block.line);

  bool again = std::exchange(block.read, true);
  Encoders &encoders = again ? pair.again : pair.first;
  std::string sourceLine, targetLine;
  for (int32_t i = 0; i < block.lines; ++i) {
    if (!pair.reader.next(sourceLine, targetLine))
      throw UserError(fmt::format("{} has become shorter while it was read", source.path()));
    Example example;
    example.source = encoders.source.encode(sourceLine, source.lineNumber());
    example.target = encoders.target.encode(targetLine, target.lineNumber());
    example.number = block.number + i;
    if (example.source.size() > 1 && example.target.size() > 1)
      examples.push_back(std::move(example));
    else if (!again)
      ++leftOut;
  }
}

std::vector<std::string> Corpus::notices() const {
  std::vector<std::string> notices;
  for (const Pair &pair : pairs)
    for (std::string notice : {pair.first.source.notice(), pair.first.target.notice()})
      if (!notice.empty())
        notices.push_back(std::move(notice));
  if (leftOut > 0)
    notices.push_back(fmt::format("{} left out: source or target is empty",
                                  leftOut == 1 ? "1 pair of lines was"
                                               : fmt::format("{} pairs of lines were", leftOut)));
  return notices;
}

nlohmann::json Corpus::identity() const {
  nlohmann::json files = nlohmann::json::array();
  for (const Pair &pair : pairs)
    files.push_back({{"lines", pair.lines}, {"checksum", pair.checksum}});
  return files;
}

} // namespace loup
