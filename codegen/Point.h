// Where an element lies in tensors whose axes have names.
#pragma once

#include "Halide.h"
#include "llvm/ADT/StringRef.h"

#include <map>
#include <string>

namespace loup {

/// An index for each of some axes, by name. An op reads an operand at the point it writes its
/// result, changed along the axes where it reads elsewhere.
class Point {
public:
  bool has(llvm::StringRef axis) const { return indices.count(axis.str()); }

  /// The index along `axis`; InternalError where the point has none.
  Halide::Expr operator[](llvm::StringRef axis) const;

  /// This point with another index along `axis`, or with one more axis.
  Point with(llvm::StringRef axis, Halide::Expr index) const;

  Point without(llvm::StringRef axis) const;

private:
  std::map<std::string, Halide::Expr> indices;
};

} // namespace loup
