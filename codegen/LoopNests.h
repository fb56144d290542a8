// How kernels loop, for people.
#pragma once

#include "mlir/IR/BuiltinOps.h"

#include <map>
#include <string>

namespace loup {

/// Halide's loop nest of every kernel of `module`, by the kernel's name: what is produced where,
/// and which loops are parallel, vectorized and unrolled. Takes milliseconds, since nothing is
/// lowered. Only one thread at a time may call it.
std::map<std::string, std::string> loopNests(mlir::ModuleOp module);

} // namespace loup
