#include "tests/codegen/OpByOp.h"

#include "ir/Axes.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace loup::test {

OwningOpRef<func::FuncOp> functionOf(Operation *op) {
  OpBuilder builder(op->getContext());
  auto type = builder.getFunctionType(op->getOperandTypes(), op->getResultTypes());
  OwningOpRef<func::FuncOp> function = func::FuncOp::create(builder, op->getLoc(), "kernel", type);
  Block *body = function->addEntryBlock();
  builder.setInsertionPointToStart(body);
  Operation *copy = builder.clone(*op);
  copy->setOperands(body->getArguments());
  func::ReturnOp::create(builder, op->getLoc(), copy->getResults());
  return function;
}

OpByOp::OpByOp(func::FuncOp function) : body(function.getBody().front()) {
  for (Operation &op : body.without_terminator()) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    functionOf(&op)->print(stream);
    kernels.push_back(LoadedKernel::shared(text));
  }
}

std::vector<Tensor> OpByOp::operator()(const std::vector<Argument> &arguments) const {
  llvm::DenseMap<Value, Argument> values;
  Sizes sizes; // also of axes that an op only names anew
  for (auto [value, argument] : llvm::zip_equal(body.getArguments(), arguments)) {
    values[value] = argument;
    if (auto *tensor = std::get_if<Tensor>(&argument))
      for (auto [axis, extent] : llvm::zip_equal(namedAxes(value.getType()), tensor->shape))
        sizes[axis.name] = extent;
  }
  for (auto [op, kernel] : llvm::zip_equal(body.without_terminator(), kernels)) {
    std::vector<Argument> operands;
    for (Value operand : op.getOperands())
      operands.push_back(values.at(operand));
    for (auto [value, result] : llvm::zip_equal(op.getResults(), (*kernel)(operands, sizes)))
      values[value] = result;
  }
  std::vector<Tensor> results;
  for (Value value : body.getTerminator()->getOperands())
    results.push_back(std::get<Tensor>(values.at(value)));
  return results;
}

} // namespace loup::test
