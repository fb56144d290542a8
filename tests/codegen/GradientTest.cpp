// The gradients that ops build agree with finite differences of what the ops compute. The ops are
// those of the dialect that say they are differentiable; their cases are their documented examples.
#include "ir/LoupOps.h"
#include "tests/codegen/DocumentedExamples.h"
#include "tests/codegen/OpByOp.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

using namespace mlir;

namespace loup::test {
namespace {

/// Gradients are compared along random directions whose elements are 1 or -1, so that a directional
/// derivative is about as large as the gradient is long.
constexpr int directions = 3;
constexpr double step = 1e-2, tolerance = 1e-3;

std::vector<std::string> differentiableOps() {
  MLIRContext context;
  context.loadDialect<LoupDialect>();
  std::vector<std::string> names;
  for (RegisteredOperationName op : context.getRegisteredOperationsByDialect("loup"))
    if (op.hasInterface<Differentiable>())
      names.push_back(op.stripDialect().str());
  return names;
}

bool isMask(Operation *op, unsigned operand) { return isa<AddMaskOp>(op) && operand == 1; }

/// Whether the op has a gradient by an operand: by all that are real but masks, which are sets, and
/// the angles of positions.
bool isTrained(Operation *op, unsigned operand) {
  bool isAngle = isa<RotaryOp>(op) && operand == 1;
  return isReal(op->getOperand(operand).getType()) && !isMask(op, operand) && !isAngle;
}

/// What an op is given. Dynamic axes get their sizes in order of appearance; positions are as many
/// seen as keys as seen as queries.
class Inputs {
public:
  Argument make(Operation *op, unsigned operand) {
    Type type = op->getOperand(operand).getType();
    if (axesOf(type).empty() && isInteger(type))
      return int32_t{7}; // a key of dropout
    std::vector<int64_t> shape = shapeOf(type);
    if (isInteger(type))
      return counting(shape);
    if (isMask(op, operand))
      return makeTensor(shape, [](int64_t) { return 0; }); // a mask that hides nothing
    Tensor tensor = random(type);
    for (float &x : tensor.real)
      x += std::copysign(0.1f, x); // no step leads over relu's kink
    return tensor;
  }

  Tensor random(Type type) { return randomTensor(shapeOf(type), ++key); }

private:
  std::vector<int64_t> shapeOf(Type type) {
    std::vector<int64_t> shape;
    for (const Axis &axis : namedAxes(type)) {
      int64_t next = 5 + 2 * static_cast<int64_t>(sizes.size());
      shape.push_back(axis.isDynamic()
                          ? sizes.try_emplace(sideOf(axis.name).str(), next).first->second
                          : axis.size);
    }
    return shape;
  }

  /// 0, 1, 2, ... along the last axis: positions, lengths, labels and indices alike.
  static Tensor counting(const std::vector<int64_t> &shape) {
    Tensor tensor{shape, {}, {}};
    for (int64_t i = 0; i < tensor.size(); ++i)
      tensor.integer.push_back(static_cast<int32_t>(i % shape.back()));
    return tensor;
  }

  std::map<std::string, int64_t> sizes;
  uint64_t key = 0;
};

/// (operands, the loss's gradient by the first result) -> (that result, the loss's gradient by each
/// trained operand).
OwningOpRef<func::FuncOp> withGradients(Operation *example) {
  OwningOpRef<func::FuncOp> function = functionOf(example);
  Block &body = function->getBody().front();
  Operation *op = &body.front();
  llvm::SmallVector<Value> byResult(op->getNumResults());
  byResult[0] = body.addArgument(op->getResult(0).getType(), op->getLoc());
  OpBuilder builder(body.getTerminator());
  llvm::SmallVector<Value> results = {op->getResult(0)};
  auto byOperand = cast<Differentiable>(op).buildGradients(builder, byResult);
  for (auto [i, gradient] : llvm::enumerate(byOperand))
    if (isTrained(op, i)) {
      if (!gradient || gradient.getType() != op->getOperand(i).getType())
        throw std::logic_error("expected a gradient of operand " + std::to_string(i) + "'s type");
      results.push_back(gradient);
    }
  body.getTerminator()->setOperands(results);
  return function;
}

double dot(const Tensor &left, const Tensor &right) {
  double sum = 0;
  for (int64_t i = 0; i < left.size(); ++i)
    sum += static_cast<double>(left.real[i]) * right.real[i];
  return sum;
}

void expectFiniteDifferences(Operation *op) {
  OwningOpRef<func::FuncOp> function = withGradients(op);
  OpByOp run(*function);
  Inputs inputs;
  std::vector<Argument> arguments;
  for (unsigned i = 0; i < op->getNumOperands(); ++i)
    arguments.push_back(inputs.make(op, i));
  Tensor byResult = inputs.random(op->getResult(0).getType());
  arguments.push_back(byResult);
  std::vector<Tensor> gradients = run(arguments);
  auto gradient = gradients.begin();
  for (unsigned i = 0; i < op->getNumOperands(); ++i) {
    if (!isTrained(op, i))
      continue;
    ++gradient;
    double length = std::sqrt(dot(*gradient, *gradient));
    EXPECT_GT(length, 0) << "by operand " << i;
    for (int j = 0; j < directions; ++j) {
      Tensor direction = inputs.random(op->getOperand(i).getType());
      for (float &x : direction.real)
        x = std::copysign(1.0f, x);
      auto lossAt = [&](double distance) {
        std::vector<Argument> moved = arguments;
        Tensor &operand = std::get<Tensor>(moved[i]);
        for (int64_t at = 0; at < operand.size(); ++at)
          operand.real[at] += static_cast<float>(distance * direction.real[at]);
        return dot(run(moved)[0], byResult);
      };
      double difference = (lossAt(step) - lossAt(-step)) / (2 * step);
      EXPECT_NEAR(dot(*gradient, direction), difference, tolerance * length) << "by operand " << i;
    }
  }
}

class Gradient : public testing::TestWithParam<std::string> {};

TEST_P(Gradient, IsTheFiniteDifference) {
  DocumentedExamples examples;
  std::vector<Operation *> found = examples.find("loup." + GetParam());
  ASSERT_FALSE(found.empty()) << "the description of loup." << GetParam() << " has no example";
  for (Operation *op : found)
    expectFiniteDifferences(op);
}

INSTANTIATE_TEST_SUITE_P(Ops, Gradient, testing::ValuesIn(differentiableOps()),
                         [](const auto &info) { return info.param; });

} // namespace
} // namespace loup::test
