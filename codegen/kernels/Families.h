// The families of ops that kernels can hold, one a file.
#pragma once

#include "codegen/KernelOps.h"

namespace loup {

void addElementwise(KernelOps &ops);
void addProduct(KernelOps &ops);

inline void addAllFamilies(KernelOps &ops) {
  addElementwise(ops);
  addProduct(ops);
}

/// The schedule of kernels without an anchor.
void schedulePointwise(mlir::func::FuncOp kernel, const KernelBody &body, Outputs outputs);

} // namespace loup
