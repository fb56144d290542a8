// A kernel's schedule by Halide's own autoscheduler: Adams et al., "Learning to Optimize Halide
// with Tree Search and Random Programs", ACM Transactions on Graphics 38(4), 2019.
#pragma once

#include "codegen/KernelBody.h"

#include <string>

namespace loup {

/// Whether the kernel is marked for the autoscheduler, and of ops that are given to it.
bool isAutoscheduled(mlir::func::FuncOp kernel);

/// Schedules `pipeline`: its Funcs have no schedule yet, its inputs and outputs have estimates.
/// Throws Halide::Error where the autoscheduler does not take it.
void autoschedule(const Halide::Pipeline &pipeline, const Halide::Target &target);

/// The machine's cores, for which loops are divided; they decide a schedule as the target does.
int autoscheduledCores();

/// One kernel of two. Autoschedules may read and write beyond small buffers, whose tiles they shift
/// inwards; so the first part of `autoscheduled` checks whether it would, and if so does nothing
/// and `ours` is called. Both are named `name`, are lowered for the same arguments and define a
/// function as their last; `autoscheduled` was lowered with assertions.
Halide::Module autoscheduledWhereItFits(const std::string &name,
                                        const Halide::Module &autoscheduled,
                                        const Halide::Module &ours);

/// Whether this object of the kernel `name` was made of autoscheduledWhereItFits.
bool holdsAutoscheduled(const std::string &object, const std::string &name);

} // namespace loup
