// Builds the textbook program op by op: parameters, axes, names and places are kept here, so that
// the importer of layers reads as the equations do.
#pragma once

#include "frontend/Spec.h"
#include "ir/LoupOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

#include <string>

namespace loup {

class ModelBuilder {
public:
  ModelBuilder(std::string_view fileName, mlir::ModuleOp module);

  mlir::OpBuilder &ops() { return builder; }

  /// Ops made from here on come from this place of the description and bear `name`.
  mlir::Location at(SourceRange range, const std::string &name);

  /// An axis of the given size. Where another axis of that name has another size already, the name
  /// is followed by the size: within a function the same name means the same size.
  Axis axis(llvm::StringRef name, int64_t size);

  /// The parameter's value, or `axes[0].size` of its rows from `row` on. The parameter is declared
  /// when first seen, with `shape` and `initial`.
  mlir::Value weight(mlir::Location loc, const std::string &name, llvm::ArrayRef<int64_t> shape,
                     InitialAttr initial, llvm::ArrayRef<Axis> axes, int64_t row = 0);

  InitialAttr uniform(double bound);
  InitialAttr constant(double value);
  /// Uniform with the bound of Glorot and Bengio (2010), as torch.nn.init.xavier_uniform_.
  InitialAttr xavier(int64_t fanOut, int64_t fanIn);

  // The equations of a layer. Tensors are [batch, side, ...].
  mlir::Value add(mlir::Location loc, mlir::Value left, mlir::Value right);
  mlir::Value product(mlir::Location loc, mlir::Value left, mlir::Value right,
                      llvm::ArrayRef<Axis> result, double scale = 1);
  mlir::Value dropout(mlir::Location loc, mlir::Value input, double rate,
                      mlir::ValueRange coordinates);
  mlir::Value positions(const Axis &axis);

  mlir::Value source, target, sourceLengths, targetLengths, examples, dropoutKey;
  mlir::func::FuncOp beginTraining(mlir::Location loc);

  /// An argument of the training program that not every model has; it is added when first asked
  /// for.
  mlir::Value argument(const std::string &name, llvm::ArrayRef<Axis> axes);

private:
  mlir::OpBuilder builder;
  mlir::ModuleOp module;
  std::string fileName;
  mlir::func::FuncOp train; // null before it begins
  llvm::StringSet<> declared;
  llvm::StringMap<int64_t> axisSizes;
  llvm::StringMap<mlir::Value> positionsOf;
  int32_t places = 0; // of dropout
};

} // namespace loup
