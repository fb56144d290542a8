// What a planned program takes, read off its plan.
#pragma once

#include "runtime/Model.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

#include <cstdint>
#include <map>
#include <string>

namespace loup {

/// The sizes of the dynamic axes in one call, by name.
using AxisSizes = std::map<std::string, int64_t, std::less<>>;

AxisSizes sizesOf(const Batch &batch);

/// Of the last of `steps` steps of decoding.
AxisSizes sizesOfDecoding(const Ragged &source, int32_t steps);

int64_t bytesOf(mlir::Type type, const AxisSizes &sizes);

/// Of all values that are there at the same time.
int64_t arenaBytes(mlir::func::FuncOp function, const AxisSizes &sizes);

/// Of what decoding remembers.
int64_t stateBytes(mlir::ModuleOp module, const AxisSizes &sizes);

/// Of all masks that are made as tensors.
int64_t maskBytes(mlir::func::FuncOp function, const AxisSizes &sizes);

/// The kernel that a call runs.
mlir::func::FuncOp kernelOf(mlir::Operation *call);

/// Whether result `i` of the kernel is the tensor of a mask.
bool makesMask(mlir::func::FuncOp kernel, unsigned i);

} // namespace loup
