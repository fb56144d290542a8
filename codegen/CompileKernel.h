// One kernel, from ops to machine code.
#pragma once

#include "codegen/KernelBody.h"

#include <string>

namespace loup {

/// The machine Loup runs on. Checked kernels test their buffers' sizes and end the program through
/// halide_error where they do not fit; unchecked ones read outside.
Halide::Target hostTarget(bool checked);

/// The kernel's Halide pipeline with its schedule: outputs in the order of the kernel's results.
struct KernelPipeline {
  Halide::Pipeline pipeline;
  std::vector<Halide::Argument> arguments;
};
KernelPipeline buildPipeline(mlir::func::FuncOp kernel, const Halide::Target &target);

/// The bytes of an object file that defines a C function under the kernel's name, without a
/// runtime; its arguments are described in passes/README.md. May be called by several threads at
/// once. Throws InternalError, which names the kernel, where an op has no algorithm or Halide
/// refuses a schedule.
std::string compileKernel(mlir::func::FuncOp kernel, const Halide::Target &target);

/// The same as Halide's loops, for people.
std::string kernelLoops(mlir::func::FuncOp kernel, const Halide::Target &target);

} // namespace loup
