// The tokenizers of a model's two sides.
#pragma once

#include "runtime/Checkpoint.h"
#include "runtime/Corpus.h"
#include "runtime/Tokenizer.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace loup {

struct TokenizerPair {
  std::unique_ptr<Tokenizer> source;
  std::unique_ptr<Tokenizer> ownTarget; // nothing where the target shares source's

  const Tokenizer &target() const { return ownTarget ? *ownTarget : *source; }
};

/// Those of lines that hold token ids.
TokenizerPair idTokenizers(const Description &description);

/// Those that the checkpoint `path` holds. Throws UserError where it holds none, but they are made
/// from text.
TokenizerPair loadTokenizers(const Description &description, const CheckpointInfo &info,
                             const std::string &path);

/// Those that the description asks for, made from `files`. `notice` is told what the user should
/// know of them.
TokenizerPair trainTokenizers(const Description &description, const std::vector<TextPair> &files,
                              const std::function<void(const std::string &)> &notice);

} // namespace loup
