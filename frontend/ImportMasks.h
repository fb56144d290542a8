// The masks of a model, with what they ask of the data.
#pragma once

#include "frontend/ModelBuilder.h"

#include <map>
#include <string>
#include <utility>

namespace loup {

/// What tells one pair of an attention from another: its sequence's number and its positions.
struct PairPlaces {
  mlir::Value examples, queries, keys;
  mlir::Value queryDocuments, keyDocuments; // null where rows are one document each
};

class MaskImporter {
public:
  MaskImporter(const Spec &spec, ModelBuilder &model) : spec(spec), model(model) {}

  /// Of an attention from `side` to `keySide`, "source" or "target".
  PairPlaces places(const AttentionSpec &attention, const std::string &side,
                    const std::string &keySide);

  /// The tensor [batch, side, keys] of the attention's mask, made at `range` and called `name`.
  /// `tokens` of `keySide` are those of which the keys are made.
  mlir::Value mask(SourceRange range, const std::string &name, const AttentionSpec &attention,
                   const PairPlaces &places, const std::string &side, const std::string &keySide,
                   mlir::Value tokens, mlir::Value lengths);

private:
  mlir::Value asKeys(SourceRange range, const std::string &name, mlir::Value perToken);
  mlir::Value present(SourceRange range, const AttentionSpec &attention, const std::string &side,
                      mlir::Value tokens);

  const Spec &spec;
  ModelBuilder &model;
  std::map<std::pair<std::string, std::string>, mlir::Value> presentOf; // by side and mask
  std::map<std::string, mlir::Value> keysOf;                            // by name
};

} // namespace loup
