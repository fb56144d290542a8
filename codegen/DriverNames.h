// C++ names for what a module names in the words of the model.
#pragma once

#include "ir/LoupOps.h"

#include "llvm/ADT/StringMap.h"

#include <string>

namespace loup {

/// "encoder.layers.0.norm1" to "encoder_layers_0_norm1".
std::string identifier(llvm::StringRef name);

/// The member that points to a state: "decoder_layers_0_self_attn_key_".
std::string stateMember(llvm::StringRef name);

/// The C++ expression of axis `axis`'s size inside a printed function.
std::string extentOf(const Axis &axis);

/// "batch, source, 128", for a tensor of `type`.
std::string extents(mlir::Type type);

/// "[batch, source, 128]", for a comment.
std::string shapeComment(mlir::Type type);

/// The largest that a product of dynamic axes ("batch * source") gets, in terms of the `Limits`
/// called `most`.
std::string largest(llvm::StringRef unit);

/// Names that are not used twice in one scope.
class Scope {
public:
  std::string unused(std::string name);

private:
  llvm::StringMap<int> counts;
};

} // namespace loup
