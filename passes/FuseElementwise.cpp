#include "passes/Passes.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace loup {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "passes/Passes.h.inc"

namespace {

bool isPointwise(Operation *op) { return op->hasTrait<Pointwise>(); }

/// Positions and constants are no work: whoever reads them makes them.
bool isNullary(Operation *op) { return isPointwise(op) && op->getNumOperands() == 0; }

/// Ops with loops of their own, that others may join.
bool isAnchor(Operation *op) {
  return op->hasTrait<ConsistentAxes>() && !isPointwise(op) && !op->hasTrait<View>() &&
         !isa<WeightOp, DropoutKeyOp>(op);
}

/// Such an op is run once for each sequence, unlike what surrounds it.
bool goesBySequence(Operation *op) {
  auto sequence = dyn_cast<SequenceOp>(op);
  return sequence && !sequence.getRagged().empty();
}

class Grouping {
public:
  explicit Grouping(Block &block) : block(block) {}

  void run() {
    hoistWeights();
    for (Operation &op : block)
      if (isAnchor(&op))
        growFromAnchor(&op);
    for (Operation &op : llvm::reverse(block))
      if (isPointwise(&op) && !isNullary(&op) && !isGrouped(&op))
        growPointwise(&op);
    for (auto &group : groups)
      outline(group.getArrayRef());
  }

private:
  using Group = llvm::SetVector<Operation *>;

  /// A weight is there from the start, so that no group has to wait for it.
  void hoistWeights() {
    Operation *first = &block.front();
    for (Operation &op : llvm::make_early_inc_range(block))
      if (isa<WeightOp>(op) && &op != first)
        op.moveBefore(first);
  }

  bool isGrouped(Operation *op) const { return groupOf.contains(op); }

  void add(Group &group, Operation *op) {
    group.insert(op);
    groupOf.insert(op);
  }

  void growFromAnchor(Operation *anchor) {
    Group &group = groups.emplace_back();
    add(group, anchor);
    if (goesBySequence(anchor))
      return;
    // What is computed from the anchor's result, element by element.
    for (Value value = anchor->getResult(0); value;) {
      Operation *next = nextInEpilogue(anchor, group, value);
      if (next)
        add(group, next);
      value = next ? next->getResult(0) : Value();
    }
    for (size_t i = 0; i < group.size(); ++i)
      for (Value operand : group[i]->getOperands())
        if (Operation *made = operand.getDefiningOp())
          if (joinsReader(made, group[i], group))
            add(group, made);
  }

  /// The op that goes on from `value` in the anchor's loops, if all else it reads is there already.
  Operation *nextInEpilogue(Operation *anchor, const Group &group, Value value) {
    if (anchor->getNumResults() != 1)
      return nullptr;
    for (Operation *user : value.getUsers()) {
      if (!user->hasTrait<ElementByElement>() || isGrouped(user) ||
          user->getResult(0).getType() != value.getType())
        continue;
      bool ready = llvm::all_of(user->getOperands(), [&](Value operand) {
        Operation *made = operand.getDefiningOp();
        return !made || group.contains(made) || made->isBeforeInBlock(anchor);
      });
      if (ready)
        return user;
    }
    return nullptr;
  }

  /// Whether `op` may be computed where `reader` reads it, once for each element read: a lookup is
  /// only another address; other work must not be repeated.
  bool joinsReader(Operation *op, Operation *reader, const Group &group) const {
    bool readOnce = !isa<ProductOp, AttentionOp>(reader) &&
                    axesOf(op->getResult(0)) == axesOf(reader->getResult(0));
    return isPointwise(op) && !isNullary(op) && !isGrouped(op) &&
           (readOnce || isa<LookupOp, RaggedLookupOp>(op)) &&
           llvm::all_of(op->getUsers(), [&](Operation *user) { return group.contains(user); });
  }

  /// Pointwise ops that no anchor took: the last one and all that only it needs.
  void growPointwise(Operation *last) {
    Group &group = groups.emplace_back();
    add(group, last);
    for (size_t i = 0; i < group.size(); ++i)
      for (Value operand : group[i]->getOperands())
        if (Operation *made = operand.getDefiningOp(); made && joinsReader(made, group[i], group))
          add(group, made);
  }

  /// Moves the group's ops, in order, into a `group` op where its anchor stood.
  void outline(llvm::ArrayRef<Operation *> members) {
    if (members.size() == 1)
      return;
    llvm::SmallVector<Operation *> ordered(members);
    llvm::sort(ordered, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    llvm::SmallPtrSet<Operation *, 8> inside(ordered.begin(), ordered.end());

    Operation *place = members.front(); // all that the group reads is there by then
    llvm::SmallVector<Value> results;
    for (Operation *op : ordered)
      for (Value result : op->getResults())
        if (llvm::any_of(result.getUsers(),
                         [&](Operation *user) { return !inside.contains(user); }))
          results.push_back(result);

    OpBuilder builder(place);
    auto group = GroupOp::create(builder, results.back().getLoc(), ValueRange(results).getTypes());
    for (auto [result, made] : llvm::zip_equal(results, group.getResults()))
      result.replaceUsesWithIf(made,
                               [&](OpOperand &use) { return !inside.contains(use.getOwner()); });
    Block *body = builder.createBlock(&group.getBody());
    for (Operation *op : ordered)
      op->moveBefore(body, body->end());
    YieldOp::create(builder, group.getLoc(), results);
  }

  Block &block;
  std::vector<Group> groups;
  llvm::DenseSet<Operation *> groupOf;
};

struct FuseElementwise : impl::FuseElementwiseBase<FuseElementwise> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      Grouping(function.getBody().front()).run();
  }
};

} // namespace
} // namespace loup
