// Which values of the target's keys belong to one cache, and how much of it a mask lets be
// forgotten.
#pragma once

#include "ir/masks/KeptKeys.h"

#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/EquivalenceClasses.h"

#include <optional>

namespace loup {

/// Values along the same keys of the target, from where they are renamed to where an attention has
/// summed over them, form a group. Positions belong to none: several groups read them.
class KeyGroups {
public:
  explicit KeyGroups(mlir::Block &block);

  /// What the group of an op's keys must keep; nothing where that is everything, or as much as the
  /// longest sequence has, or where the op has no keys of the target.
  std::optional<KeptKeys> keptOf(mlir::Operation *op) const;

private:
  static mlir::Value keysOf(mlir::Operation *op);

  llvm::EquivalenceClasses<mlir::Value> groups;
  std::optional<int64_t> longest; // of all sequences, where the module says it
  llvm::DenseMap<mlir::Value, std::optional<KeptKeys>> kept; // by the group's leader
};

} // namespace loup
