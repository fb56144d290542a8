// Tensor types with named axes: asking for axes by name, and making types from others.
#pragma once

#include "ir/LoupDialect.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"

#include <optional>

namespace loup {

bool hasAxes(mlir::Type type);
bool isReal(mlir::Type type);
bool isInteger(mlir::Type type);

/// The names of the type's axes, outermost first.
llvm::ArrayRef<mlir::StringAttr> axesOf(mlir::Type type);
inline llvm::ArrayRef<mlir::StringAttr> axesOf(mlir::Value value) {
  return axesOf(value.getType());
}

bool hasAxis(mlir::Type type, llvm::StringRef name);

/// The size of axis `name`, mlir::ShapedType::kDynamic where it differs from call to call, nothing
/// where there is no such axis.
std::optional<int64_t> axisSize(mlir::Type type, llvm::StringRef name);

/// An axis with its size.
struct Axis {
  std::string name;
  int64_t size = mlir::ShapedType::kDynamic;

  bool isDynamic() const { return mlir::ShapedType::isDynamic(size); }
};

llvm::SmallVector<Axis> namedAxes(mlir::Type type);
mlir::RankedTensorType makeType(mlir::Type element, llvm::ArrayRef<Axis> axes);
mlir::RankedTensorType realType(mlir::MLIRContext *context, llvm::ArrayRef<Axis> axes);
mlir::RankedTensorType integerType(mlir::MLIRContext *context, llvm::ArrayRef<Axis> axes);

/// "batch" for "batch", "target" for "target_key": the axis whose positions these are.
llvm::StringRef sideOf(llvm::StringRef axis);
bool isKeyAxis(llvm::StringRef axis);
std::string keyAxis(llvm::StringRef side);

/// "source_token" for "source": the tokens of all sentences, one sentence after the other. Its keys
/// are "source_token_key".
std::string tokenAxis(llvm::StringRef side);
bool isTokenAxis(llvm::StringRef axis);

/// "source" for "source_token", "source_key" for "source_token_key": the same of one sentence.
std::string axisOfOne(llvm::StringRef tokenAxis);

} // namespace loup
