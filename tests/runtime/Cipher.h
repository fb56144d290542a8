// A translator whose right answers are plain: it turns lower case words into upper case ones.
#pragma once

#include "runtime/Checkpoint.h"
#include "runtime/Tokenizer.h"
#include "tests/runtime/ToyModel.h"

#include <memory>
#include <string>

namespace loup::test {

inline Description cipherDescription() {
  Description text = toyDescription();
  text.name = "cipher";
  text.fingerprint = "cipher-1";
  text.source.kind = text.target.kind = "words";
  return text;
}

inline std::unique_ptr<Model> makeCipherModel() {
  return std::make_unique<ToyModel>(cipherDescription());
}

/// A trained cipher and what it was trained with.
struct Cipher {
  Cipher() : model(cipherDescription()) {
    source = tokenizer(model.description().source, "abcdefghij");
    target = tokenizer(model.description().target, "ABCDEFGHIJ");
    // Without pattern but small, so that beams have something to choose from.
    float small = 0;
    for (const Parameter &parameter : model.parameters())
      for (int64_t i = 0; i < parameter.size(); ++i)
        model.weights()[parameter.offset + i] = small = std::fmod(small * 1.7f + 0.31f, 1.0f);
    for (char letter = 'a'; letter <= 'j'; ++letter)
      prefer(source->encode(std::string(1, letter))[0],
             target->encode(std::string(1, static_cast<char>(letter - 'a' + 'A')))[0]);
    prefer(model.description().ids.end, model.description().ids.end);
  }

  void save(const std::string &path) {
    saveCheckpoint(path, model, {1, source->serialize(), target->serialize()});
  }

  ToyModel model;
  std::unique_ptr<Tokenizer> source, target;

private:
  std::unique_ptr<Tokenizer> tokenizer(const TokenizerDescription &side, std::string letters) {
    auto next = letters.begin();
    LineSource lines = [&]() -> std::optional<std::string> {
      return next == letters.end() ? std::nullopt : std::optional(std::string(1, *next++));
    };
    return trainTokenizer(side, model.description().ids, lines, [](const std::string &) {});
  }

  void prefer(int32_t sourceId, int32_t targetId) {
    int64_t columns = model.description().target.vocabulary;
    model.weights()[model.parameters()[0].offset + sourceId * columns + targetId] += 5;
  }
};

} // namespace loup::test
