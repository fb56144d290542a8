#include "codegen/KernelOps.h"

#include "codegen/kernels/Families.h"
#include "runtime/Errors.h"

namespace loup {

Halide::Func single(Outputs outputs) {
  if (outputs.size() != 1)
    throw InternalError("expected results with the same axes");
  return outputs.front();
}

KernelOps::KernelOps() { addAllFamilies(*this); }

const KernelOps &KernelOps::all() {
  static const KernelOps ops;
  return ops;
}

bool KernelOps::isAnchor(mlir::Operation *op) const {
  return anchors.count(op->getName().getStringRef());
}

template <class Map> static auto &find(const Map &map, mlir::Operation *op) {
  auto found = map.find(op->getName().getStringRef());
  if (found == map.end())
    throw InternalError("no kernel can hold " + op->getName().getStringRef().str());
  return found->second;
}

Halide::Expr KernelOps::evaluate(mlir::Operation *op, const KernelBody &body,
                                 const Point &at) const {
  return find(expressions, op)(op, body, at);
}

Anchor KernelOps::build(mlir::Operation *op, const KernelBody &body) const {
  return find(anchors, op)(op, body);
}

} // namespace loup
