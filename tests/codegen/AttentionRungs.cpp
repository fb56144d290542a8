#include "tests/codegen/AttentionRungs.h"
#include "tests/codegen/LoadedKernel.h"
#include "tests/codegen/OpByOp.h"
#include "tests/codegen/ParsedKernel.h"

#include "ir/Constants.h"
#include "ir/LoupOps.h"

#include <algorithm>
#include <set>

using namespace mlir;

namespace loup::test {
namespace {

/// `first`, then what the setting's kernels ask of the data.
std::vector<Argument> argumentsOf(const AttentionSetting &setting, const AttentionInputs &inputs,
                                  std::vector<Argument> first) {
  if (setting.hasLengths())
    first.push_back(inputs.lengths);
  if (setting.asks(MaskCondition::Prefix))
    first.push_back(inputs.prefix);
  if (setting.asks(MaskCondition::Present))
    first.push_back(inputs.present);
  if (setting.hasDocuments())
    first.insert(first.end(), {inputs.queryPositions, inputs.keyPositions, inputs.queryDocuments,
                               inputs.keyDocuments});
  if (setting.hasTable())
    first.push_back(inputs.table);
  if (setting.rate > 0) {
    first.push_back(inputs.dropoutKey);
    first.push_back(inputs.examples);
  }
  return first;
}

/// Each op as a kernel of its own, and each op that its gradients build.
class Textbook : public AttentionRung {
public:
  explicit Textbook(const AttentionSetting &setting)
      : setting(setting), parsed(textbookText(setting)),
        opByOp(withGradients(parsed.function(), setting.hasTable())) {}

  AttentionResults run(const AttentionInputs &in) const override {
    std::vector<Tensor> made =
        opByOp(argumentsOf(setting, in, {in.query, in.key, in.value, in.gradient}));
    return {made[0], {}, made[1], made[2], made[3], {}, setting.hasTable() ? made[4] : Tensor()};
  }

private:
  static func::FuncOp withGradients(func::FuncOp function, bool hasTable) {
    Block &body = function.getBody().front();
    Operation *end = body.getTerminator();
    llvm::DenseMap<Value, Value> gradients = {{end->getOperand(0), body.getArgument(3)}};
    llvm::SmallVector<Operation *> forward;
    for (Operation &op : body.without_terminator())
      forward.push_back(&op);
    OpBuilder builder(end);
    for (Operation *op : llvm::reverse(forward)) {
      Value gradient = op->getNumResults() ? gradients.lookup(op->getResult(0)) : Value();
      auto differentiable = dyn_cast<Differentiable>(op);
      if (!gradient || !differentiable)
        continue;
      auto byOperand = differentiable.buildGradients(builder, {gradient});
      for (auto [operand, made] : llvm::zip_equal(op->getOperands(), byOperand))
        if (made)
          gradients[operand] = made; // every value has one reader
    }
    llvm::SmallVector<Value> results = {end->getOperand(0)};
    for (BlockArgument argument : body.getArguments().take_front(3))
      results.push_back(gradients.lookup(argument));
    if (hasTable)
      for (auto lookup : function.getOps<LookupOp>())
        results.push_back(gradients.lookup(lookup.getTable()));
    end->setOperands(results);
    for (Operation *op = end->getPrevNode(), *before; op; op = before) {
      before = op->getPrevNode();
      if (op->use_empty())
        op->erase();
    }
    return function;
  }

  AttentionSetting setting;
  ParsedKernel parsed;
  OpByOp opByOp;
};

/// One kernel forward and one backward.
class Fused : public AttentionRung {
public:
  explicit Fused(const AttentionSetting &setting)
      : setting(setting), forward(LoadedKernel::shared(attentionText(setting))),
        backward(LoadedKernel::shared(attentionGradientText(setting))) {}

  AttentionResults run(const AttentionInputs &in) const override {
    return call(in.query, in.key, in.value, in.gradient, argumentsOf(setting, in, {}));
  }

protected:
  AttentionResults call(const Tensor &query, const Tensor &key, const Tensor &value,
                        const Tensor &gradient, const std::vector<Argument> &data) const {
    auto with = [&](std::vector<Argument> first) {
      first.insert(first.end(), data.begin(), data.end());
      return first;
    };
    std::vector<Tensor> made = (*forward)(with({query, key, value}));
    std::vector<Tensor> gradients =
        (*backward)(with({query, key, value, made[0], made[1], gradient}));
    return {made[0],
            made[1],
            gradients[0],
            gradients[1],
            gradients[2],
            setting.hasTable() ? gradients[3] : Tensor(),
            {}};
  }

  AttentionSetting setting;

private:
  std::shared_ptr<const LoadedKernel> forward, backward;
};

/// Within documents there are bounds only among the same tokens.
class Specialised : public Fused {
public:
  explicit Specialised(const AttentionSetting &setting)
      : Fused(setting), everyKey(withoutBounds(setting)) {}

  AttentionResults run(const AttentionInputs &in) const override {
    bool isSame = in.sizes().queries == in.sizes().keys;
    return setting.hasDocuments() && !isSame ? everyKey.run(in) : Fused::run(in);
  }

private:
  static AttentionSetting withoutBounds(AttentionSetting setting) {
    setting.rung = Rung::Fused;
    return setting;
  }

  Fused everyKey;
};

/// Rows of `tensor`, [batch, position, ...].
struct Rows {
  int64_t b, begin, end;

  Tensor of(const Tensor &tensor) const {
    Tensor part{tensor.shape, {}, {}};
    part.shape.erase(part.shape.begin());
    part.shape[0] = end - begin;
    auto copy = [&](const auto &from, auto &to) {
      if (!from.empty())
        to.assign(from.begin() + at(tensor), from.begin() + at(tensor) + part.size());
    };
    copy(tensor.real, part.real);
    copy(tensor.integer, part.integer);
    return part;
  }

  void put(const Tensor &part, Tensor &tensor) const {
    std::ranges::copy(part.real, tensor.real.begin() + at(tensor));
  }

private:
  int64_t at(const Tensor &tensor) const {
    int64_t row = 1;
    for (size_t i = 2; i < tensor.shape.size(); ++i)
      row *= tensor.shape[i];
    return (b * tensor.shape[1] + begin) * row;
  }
};

/// The kernels of one sequence, for one after the other: what is no token of any is not there.
class Packed : public Fused {
public:
  using Fused::Fused;

  AttentionResults run(const AttentionInputs &in) const override {
    auto [batch, queries, keys] = in.sizes();
    AttentionResults results = zeros(in);
    for (int64_t b = 0; b < batch; ++b) {
      if (!setting.hasDocuments()) {
        runSequence(in, {b, 0, queries}, {b, 0, in.lengths.integer[b]}, results);
        continue;
      }
      std::set<int32_t> documents;
      for (const Tensor *side : {&in.queryDocuments, &in.keyDocuments})
        for (int64_t i = 0; i < side->shape[1]; ++i)
          documents.insert(side->integerAt({b, i}));
      for (int32_t document : documents)
        if (document >= 0)
          runSequence(in, rowsOf(in.queryDocuments, b, document),
                      rowsOf(in.keyDocuments, b, document), results);
    }
    return results;
  }

private:
  AttentionResults zeros(const AttentionInputs &in) const {
    auto filled = [](std::vector<int64_t> shape, float value) {
      return makeTensor(std::move(shape), [&](int64_t) { return value; });
    };
    std::vector<int64_t> sums = {in.query.shape[0], in.query.shape[1], setting.heads};
    Tensor ofQueries = filled(in.query.shape, 0), ofKeys = filled(in.key.shape, 0);
    AttentionResults results{ofQueries, filled(sums, hiddenScore), ofQueries, ofKeys, ofKeys, {},
                             {}};
    if (setting.hasTable()) {
      sums.push_back(in.table.shape[0]);
      results.bucketGradient = filled(sums, 0);
    }
    return results;
  }

  static Rows rowsOf(const Tensor &documents, int64_t b, int32_t document) {
    auto all = documents.integer.begin() + b * documents.shape[1], end = all + documents.shape[1];
    int64_t first = std::find(all, end, document) - all;
    return {b, first, first + std::count(all, end, document)};
  }

  void runSequence(const AttentionInputs &in, Rows queries, Rows keys,
                   AttentionResults &results) const {
    std::vector<Argument> data;
    if (setting.asks(MaskCondition::Prefix))
      data.push_back(in.prefix.integer[queries.b]);
    if (setting.asks(MaskCondition::Present))
      data.push_back(keys.of(in.present));
    if (setting.hasTable())
      data.push_back(in.table);
    if (setting.rate > 0)
      data.insert(data.end(), {in.dropoutKey, in.examples.integer[queries.b]});
    AttentionResults made = call(queries.of(in.query), keys.of(in.key), keys.of(in.value),
                                 queries.of(in.gradient), data);
    queries.put(made.output, results.output);
    queries.put(made.logSum, results.logSum);
    queries.put(made.queryGradient, results.queryGradient);
    keys.put(made.keyGradient, results.keyGradient);
    keys.put(made.valueGradient, results.valueGradient);
    if (setting.hasTable())
      queries.put(made.bucketGradient, results.bucketGradient);
  }
};

} // namespace

std::unique_ptr<AttentionRung> makeAttentionRung(const AttentionSetting &setting) {
  switch (setting.rung) {
  case Rung::Textbook:
    return std::make_unique<Textbook>(setting);
  case Rung::Fused:
    return std::make_unique<Fused>(setting);
  case Rung::Specialised:
    return std::make_unique<Specialised>(setting);
  case Rung::Packed:
    return std::make_unique<Packed>(setting);
  }
  throw std::logic_error("a rung of the ladder");
}

} // namespace loup::test
