#include "passes/Passes.h"

#include "ir/Stage.h"

#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace loup {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "passes/Passes.h.inc"

namespace {

bool isNullary(Operation *op) { return op->hasTrait<Pointwise>() && op->getNumOperands() == 0; }

/// An op that goes by sequence, as a kernel of one: along which axes its operands are cut, and
/// where.
class BySequence {
public:
  explicit BySequence(Operation *op) {
    if (auto sequence = dyn_cast<SequenceOp>(op))
      for (auto [axis, offsets] : sequence.getRagged()) {
        axes.push_back(axis);
        cuts.push_back(offsets);
      }
  }

  explicit operator bool() const { return !axes.empty(); }
  bool isCut(Value value) const { return llvm::is_contained(cuts, value); }

  /// The part of one sequence, which has no batch.
  Type partOf(Type type) const {
    if (axes.empty())
      return type;
    llvm::SmallVector<Axis> part;
    for (Axis axis : namedAxes(type)) {
      if (axis.name == "batch" || axis.name == "document")
        continue;
      if (llvm::is_contained(axes, axis.name))
        axis.name = axisOfOne(axis.name);
      part.push_back(axis);
    }
    return makeType(cast<ShapedType>(type).getElementType(), part);
  }

  ArrayAttr names(MLIRContext *context) const {
    llvm::SmallVector<Attribute> names(axes.begin(), axes.end());
    return axes.empty() ? ArrayAttr() : ArrayAttr::get(context, names);
  }
  ValueRange offsets() const { return cuts; }

private:
  llvm::SmallVector<StringAttr> axes;
  llvm::SmallVector<Value> cuts;
};

/// The axes of one kernel under names that do not tell encoder from decoder.
class GeneralNames {
public:
  void see(Value value) {
    for (const Axis &axis : namedAxes(value.getType()))
      if (names.try_emplace(axis.name).second)
        names[axis.name] = unused(general(axis));
  }

  void apply(Operation *function) {
    AttrTypeReplacer replacer;
    replacer.addReplacement([&](AxesAttr axes) {
      llvm::SmallVector<StringAttr> renamed;
      for (StringAttr name : axes.getNames())
        renamed.push_back(rename(name));
      return AxesAttr::get(axes.getContext(), renamed);
    });
    replacer.recursivelyReplaceElementsIn(function, /*replaceAttrs=*/true, /*replaceLocs=*/false,
                                          /*replaceTypes=*/true);
    function->walk([&](Operation *op) {
      for (llvm::StringRef attribute : {"along", "axis"})
        if (auto name = op->getAttrOfType<StringAttr>(attribute))
          op->setAttr(attribute, rename(name));
    });
  }

private:
  StringAttr rename(StringAttr name) {
    auto known = names.find(name.getValue());
    return known == names.end() ? name : StringAttr::get(name.getContext(), known->second);
  }

  std::string general(const Axis &axis) {
    if (!axis.isDynamic())
      return std::string(1, static_cast<char>('i' + statics++));
    if (isKeyAxis(axis.name))
      return "key";
    if (axis.name == "source" || axis.name == "target")
      return "time";
    return isTokenAxis(axis.name) ? "token" : axis.name;
  }

  std::string unused(std::string name) {
    while (!taken.insert(name).second)
      name += "_2";
    return name;
  }

  llvm::StringMap<std::string> names;
  llvm::StringSet<> taken;
  int statics = 0;
};

class Outliner {
public:
  Outliner(ModuleOp module, bool autoscheduled) : module(module), autoscheduled(autoscheduled) {}

  void run() {
    llvm::SmallVector<func::FuncOp> functions(module.getOps<func::FuncOp>());
    for (func::FuncOp function : functions) {
      for (Operation &op : llvm::make_early_inc_range(function.getBody().front()))
        if (!staysOutsideKernels(&op) && !isNullary(&op))
          outline(&op);
      eraseDeadOps(function.getBody().front());
    }
  }

private:
  void outline(Operation *op) {
    llvm::SmallVector<Operation *> members;
    llvm::SmallVector<Value> results;
    auto group = dyn_cast<GroupOp>(op);
    if (group) {
      for (Operation &member : group.getBody().front().without_terminator())
        members.push_back(&member);
      llvm::append_range(results, group.getBody().front().getTerminator()->getOperands());
    } else {
      members.push_back(op);
      llvm::append_range(results, op->getResults());
    }

    // A result that nobody reads is not computed.
    llvm::SmallVector<Value> outer, inner;
    for (auto [outside, inside] : llvm::zip_equal(op->getResults(), results))
      if (!outside.use_empty()) {
        outer.push_back(outside);
        inner.push_back(inside);
      }

    BySequence bySequence(members.front()); // such an op is alone in its kernel
    llvm::SetVector<Value> inputs;
    for (Operation *member : members)
      for (Value operand : member->getOperands())
        if (bySequence.isCut(operand))
          continue;
        else if (Operation *made = operand.getDefiningOp();
                 !made || !llvm::is_contained(members, made))
          if (!made || !isNullary(made))
            inputs.insert(operand);

    func::FuncOp kernel = makeKernel(members, bySequence, inputs.getArrayRef(), inner);
    OpBuilder builder(op);
    auto call = CallOp::create(builder, op->getLoc(), ValueRange(outer).getTypes(),
                               kernel.getSymName(), inputs.getArrayRef(),
                               bySequence.names(module.getContext()), bySequence.offsets());
    for (auto [old, made] : llvm::zip_equal(outer, call.getResults()))
      old.replaceAllUsesWith(made);
    op->erase();
  }

  /// The kernel of these ops, or the one that does the same already.
  func::FuncOp makeKernel(llvm::ArrayRef<Operation *> members, const BySequence &bySequence,
                          llvm::ArrayRef<Value> inputs, llvm::ArrayRef<Value> results) {
    OpBuilder builder(module.getContext());
    Location loc = UnknownLoc::get(module.getContext());
    auto parts = [&](llvm::ArrayRef<Value> values) {
      return llvm::map_to_vector(values, [&](Value v) { return bySequence.partOf(v.getType()); });
    };
    auto type = builder.getFunctionType(parts(inputs), parts(results));
    auto kernel = func::FuncOp::create(builder, loc, "kernel", type);
    kernel.setPrivate();
    kernel->setAttr("loup.kernel", builder.getUnitAttr());
    if (autoscheduled)
      kernel->setAttr("loup.autoscheduled", builder.getUnitAttr());
    Block *body = kernel.addEntryBlock();
    builder.setInsertionPointToStart(body);

    IRMapping values;
    GeneralNames names;
    for (auto [input, argument] : llvm::zip_equal(inputs, body->getArguments())) {
      argument.setLoc(loc);
      values.map(input, argument);
      names.see(argument);
    }
    for (Operation *member : members) {
      for (Value operand : member->getOperands())
        if (!values.contains(operand) && !bySequence.isCut(operand))
          builder.clone(*operand.getDefiningOp(), values);
      Operation *copy = builder.clone(*member, values);
      if (bySequence)
        cast<SequenceOp>(copy).clearRagged();
      for (Value result : copy->getResults()) {
        result.setType(bySequence.partOf(result.getType()));
        names.see(result);
      }
    }
    llvm::SmallVector<Value> returned;
    for (Value result : results)
      returned.push_back(values.lookup(result));
    func::ReturnOp::create(builder, loc, returned);
    body->walk([&](Operation *op) { op->setLoc(loc); });
    names.apply(kernel);

    std::string text;
    llvm::raw_string_ostream stream(text);
    kernel.print(stream, OpPrintingFlags().useLocalScope());
    func::FuncOp &known = kernels[text];
    if (known) {
      kernel.erase();
      return known;
    }
    kernel.setSymName(unusedName(readableName(members)));
    module.push_back(kernel);
    return known = kernel;
  }

  /// "product_add_relu": what the kernel does, in order.
  static std::string readableName(llvm::ArrayRef<Operation *> members) {
    std::string name;
    for (Operation *op : members)
      name += (name.empty() ? "" : "_") + op->getName().stripDialect().str();
    return name;
  }

  std::string unusedName(const std::string &base) {
    int number = ++counts[base];
    return number == 1 ? base : base + "_" + std::to_string(number);
  }

  ModuleOp module;
  bool autoscheduled;
  llvm::StringMap<func::FuncOp> kernels;
  llvm::StringMap<int> counts;
};

struct OutlineKernels : impl::OutlineKernelsBase<OutlineKernels> {
  using OutlineKernelsBase::OutlineKernelsBase;

  void runOnOperation() override { Outliner(getOperation(), autoscheduled).run(); }
};

} // namespace
} // namespace loup
