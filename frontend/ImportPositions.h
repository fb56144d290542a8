// How a model is told the positions of its tokens: by what is added to the embeddings, or by what
// self-attention makes of queries, keys and scores.
#pragma once

#include "frontend/ModelBuilder.h"

namespace loup {

/// Tensors go along a side's axis, "source" or "target". Where the description tells positions in
/// another way, values come back as they are.
class PositionImporter {
public:
  PositionImporter(const Spec &spec, ModelBuilder &model) : spec(spec), model(model) {}

  /// [side, width], to be added to the embeddings; null where nothing is added.
  mlir::Value encoding(const std::string &side);

  /// Queries or keys [batch, side, head, head_width] turned by their positions' angles.
  mlir::Value turned(const std::string &name, mlir::Value heads);

  /// Scores [batch, head, side, side_key] with what the distance of query and key adds.
  mlir::Value scored(const std::string &name, mlir::Value scores);

private:
  bool isKind(PositionKind kind) const { return *spec.model->position == kind; }
  mlir::Location at(const std::string &name) const {
    return model.at(spec.model->position.range, name);
  }
  mlir::Value distanceTerm(const std::string &side, const Axis &head);

  const Spec &spec;
  ModelBuilder &model;
  llvm::StringMap<mlir::Value> made; // what the layers of a side share, by name
};

} // namespace loup
