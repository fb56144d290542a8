#include "codegen/Point.h"

#include "runtime/Errors.h"

namespace loup {

Halide::Expr Point::operator[](llvm::StringRef axis) const {
  auto found = indices.find(axis.str());
  if (found == indices.end())
    throw InternalError("an op reads along axis '" + axis.str() +
                        "', for which its result gives no index");
  return found->second;
}

Point Point::with(llvm::StringRef axis, Halide::Expr index) const {
  Point result = *this;
  result.indices[axis.str()] = std::move(index);
  return result;
}

Point Point::without(llvm::StringRef axis) const {
  Point result = *this;
  result.indices.erase(axis.str());
  return result;
}

} // namespace loup
