#include "runtime/TokenizerPair.h"

#include "runtime/Errors.h"

#include <fmt/format.h>

namespace loup {

TokenizerPair idTokenizers(const Description &description) {
  auto make = [&](TokenizerDescription side) {
    side.kind = "ids";
    return loadTokenizer(side, description.ids, "");
  };
  return {make(description.source),
          description.sharedTokenizer ? nullptr : make(description.target)};
}

TokenizerPair loadTokenizers(const Description &description, const CheckpointInfo &info,
                             const std::string &path) {
  auto load = [&](const TokenizerDescription &side, const std::optional<std::string> &serialized) {
    bool needsText = side.kind != "ids" && side.kind != "bytes";
    if (!serialized && needsText)
      throw UserError(
          fmt::format("{} holds no tokenizer, so it takes token ids only: use --ids", path));
    return loadTokenizer(side, description.ids, serialized.value_or(""));
  };
  return {load(description.source, info.sourceTokenizer),
          description.sharedTokenizer ? nullptr : load(description.target, info.targetTokenizer)};
}

TokenizerPair trainTokenizers(const Description &description, const std::vector<TextPair> &files,
                              const std::function<void(const std::string &)> &notice) {
  auto train = [&](const char *name, const TokenizerDescription &side, Side lines) {
    return trainTokenizer(
        side, description.ids, linesOf(files, lines, description.marks.presentColumn),
        [&](const std::string &text) { notice(fmt::format("{}: {}", name, text)); });
  };
  if (description.sharedTokenizer)
    return {train("source and target", description.source, Side::Both), nullptr};
  return {train("source", description.source, Side::Source),
          train("target", description.target, Side::Target)};
}

} // namespace loup
