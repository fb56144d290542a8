// The families of ops that kernels can hold, one a file.
#pragma once

#include "codegen/KernelOps.h"

namespace loup {

void addAttention(KernelOps &ops);
void addAttentionGradient(KernelOps &ops);
void addDropout(KernelOps &ops);
void addElementwise(KernelOps &ops);
void addEmbedding(KernelOps &ops);
void addLoss(KernelOps &ops);
void addMask(KernelOps &ops);
void addNormalisation(KernelOps &ops);
void addPosition(KernelOps &ops);
void addProduct(KernelOps &ops);
void addScoreTerms(KernelOps &ops);
void addSoftmax(KernelOps &ops);
void addSum(KernelOps &ops);
void addView(KernelOps &ops);

inline void addAllFamilies(KernelOps &ops) {
  addAttention(ops);
  addAttentionGradient(ops);
  addDropout(ops);
  addElementwise(ops);
  addEmbedding(ops);
  addLoss(ops);
  addMask(ops);
  addNormalisation(ops);
  addPosition(ops);
  addProduct(ops);
  addScoreTerms(ops);
  addSoftmax(ops);
  addSum(ops);
  addView(ops);
}

/// The schedule of kernels without an anchor.
void schedulePointwise(mlir::func::FuncOp kernel, const KernelBody &body, Outputs outputs);

} // namespace loup
