// What the values of an outlined function need of memory: how much, and for how long.
#pragma once

#include "ir/LoupOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/MapVector.h"

#include <cstdint>
#include <string>

namespace loup {

/// In bytes: where values in memory begin.
constexpr int64_t memoryAlignment = 64;

/// `bytes` for each unit of the product of a tensor's dynamic axes.
struct Size {
  std::string unit; // "batch * target", "1"
  int64_t bytes = 4;
};

Size sizeOf(mlir::Type type);

/// Calls of kernels, counted from 0 in the function's order: the one that makes a value, and the
/// last one that reads it, or the first again where none does.
struct Lifetime {
  int64_t begin = 0, end = 0;
};

/// The kernel's result whose memory `value` is, seen through views; null for weights, states and
/// arguments, which have memory of their own.
mlir::OpResult memoryOf(mlir::Value value);

/// The lifetimes of all results of kernels, in the order in which they are made.
llvm::MapVector<mlir::OpResult, Lifetime> lifetimesIn(mlir::func::FuncOp function);

} // namespace loup
