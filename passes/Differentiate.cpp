#include "passes/Passes.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace loup {
#define GEN_PASS_DEF_DIFFERENTIATE
#include "passes/Passes.h.inc"

namespace {

class Backward {
public:
  explicit Backward(func::FuncOp train)
      : block(train.getBody().front()), builder(OpBuilder::atBlockTerminator(&block)) {}

  LogicalResult build() {
    findTrained();
    auto losses = cast<func::ReturnOp>(block.getTerminator()).getOperand(0);
    gradients[losses] = ConstantOp::create(builder, named("one", builder.getContext()),
                                           losses.getType(), builder.getF32FloatAttr(1));
    for (Operation *op : llvm::reverse(forward))
      if (failed(visit(op)))
        return failure();
    storeParameters();
    return success();
  }

private:
  /// A value is trained if a parameter has a part in it; only those need gradients.
  void findTrained() {
    for (Operation &op : block.without_terminator()) {
      forward.push_back(&op);
      if (isa<WeightOp>(op) ||
          llvm::any_of(op.getOperands(), [&](Value operand) { return trained.contains(operand); }))
        trained.insert(op.result_begin(), op.result_end());
    }
  }

  LogicalResult visit(Operation *op) {
    llvm::SmallVector<Value> known;
    for (Value result : op->getResults())
      known.push_back(gradients.lookup(result));
    if (isa<WeightOp>(op) || llvm::none_of(known, [](Value v) { return v; }) ||
        llvm::none_of(op->getResults(), [&](Value v) { return trained.contains(v); }))
      return success();
    auto differentiable = dyn_cast<Differentiable>(op);
    if (!differentiable)
      return op->emitOpError("expected an op with a gradient between the parameters and the loss");
    auto byOperand = differentiable.buildGradients(builder, known);
    for (auto [operand, gradient] : llvm::zip_equal(op->getOperands(), byOperand))
      if (gradient && trained.contains(operand))
        accumulate(operand, gradient);
    return success();
  }

  void accumulate(Value value, Value gradient) {
    Location loc = named(nameOf(value) + ".gradient", builder.getContext());
    if (Operation *made = gradient.getDefiningOp(); made && !isForward(made))
      made->setLoc(loc);
    Value &sum = gradients[value];
    sum = sum ? Value(AddOp::create(builder, loc, sum.getType(), sum, gradient)) : gradient;
  }

  bool isForward(Operation *op) const {
    return op == forward.back() || op->isBeforeInBlock(forward.back());
  }

  /// Rows of a parameter may be used under several axis names; their gradients add up.
  void storeParameters() {
    struct Rows {
      WeightOp first;
      Value sum;
    };
    llvm::MapVector<std::pair<Attribute, int64_t>, Rows> stored;
    for (Operation *op : forward) {
      auto weight = dyn_cast<WeightOp>(op);
      Value gradient = weight ? gradients.lookup(weight.getResult()) : Value();
      if (!gradient)
        continue;
      Rows &rows = stored[{weight.getParameterAttr(), weight.getRow()}];
      Location loc = named(weight.getParameter().str() + ".gradient", builder.getContext());
      if (!rows.sum) {
        rows = {weight, gradient};
        continue;
      }
      if (gradient.getType() != rows.sum.getType())
        gradient = RenameOp::create(builder, loc, rows.sum.getType(), gradient);
      rows.sum = AddOp::create(builder, loc, rows.sum.getType(), rows.sum, gradient);
    }
    for (auto &[key, rows] : stored)
      StoreGradientOp::create(builder, rows.first.getLoc(), rows.sum, rows.first.getParameterAttr(),
                              rows.first.getRowAttr());
  }

  Block &block;
  OpBuilder builder;
  llvm::SmallVector<Operation *> forward;
  llvm::DenseSet<Value> trained;
  llvm::DenseMap<Value, Value> gradients;
};

struct Differentiate : impl::DifferentiateBase<Differentiate> {
  void runOnOperation() override {
    auto train = getOperation().lookupSymbol<func::FuncOp>("train");
    if (!train)
      return;
    if (failed(Backward(train).build()))
      return signalPassFailure();
    eraseDeadOps(train.getBody().front());
  }
};

} // namespace
} // namespace loup
