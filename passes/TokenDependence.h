// On which tokens a value depends, composed from what each op between them reads.
#pragma once

#include "ir/masks/ClassDependence.h"

#include "mlir/IR/Value.h"

#include <optional>

namespace loup {

/// The axes along which tokens lie: those of no fixed size, the batch's aside.
llvm::SmallVector<llvm::StringRef> sequenceAxes(mlir::Value value);

/// How `value` depends on `tokens`, both of one function; none where it does not.
std::optional<Dependence> dependenceOn(mlir::Value value, mlir::Value tokens);

/// The same by residue classes of a modulus that the masks share; none also where finding out takes
/// more than so many steps.
std::optional<ClassDependence> dependenceOn(mlir::Value value, mlir::Value tokens, int64_t modulus,
                                            size_t mostSteps);

} // namespace loup
