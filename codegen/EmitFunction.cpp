#include "codegen/EmitFunction.h"
#include "codegen/DriverNames.h"
#include "codegen/Wrap.h"

#include "ir/LoupOps.h"
#include "runtime/Errors.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

#include <fmt/format.h>

#include <map>

using namespace mlir;

namespace loup {
namespace {

/// Where an argument of a function stands in the structs of runtime/Driver.h.
std::string argumentExpression(llvm::StringRef name, bool scalar) {
  auto known = llvm::StringSwitch<std::string>(name)
                   .Case("source", "in.source.tokens")
                   .Case("target", "in.target.tokens")
                   .Case("source_lengths", "in.source.lengths")
                   .Case("target_lengths", scalar ? "in.position + 1" : "in.target.lengths")
                   .Case("source_present", "in.source.present")
                   .Case("source_prefix", "in.source.prefixes")
                   .Case("source_documents", "in.source.documentOf")
                   .Case("source_document_positions", "in.source.positionsInDocument")
                   .Case("source_document_examples", "in.source.documentExampleOf")
                   .Case("source_document_offsets", "in.source.documentOffsets")
                   .Case("source_examples_of_documents", "in.source.documentExamples")
                   .Case("source_offsets", "in.source.offsets")
                   .Case("target_offsets", "in.target.offsets")
                   .Case("source_positions", "in.source.positions")
                   .Case("target_positions", "in.target.positions")
                   .Case("source_examples", "in.source.examples")
                   .Case("target_examples", "in.target.examples")
                   .Case("examples", "in.examples")
                   .Case("dropout_key", "dropoutKey")
                   .Case("token", "in.token")
                   .Case("position", "in.position")
                   .Case("sentence", "in.sentence")
                   .Case("ancestor", "in.ancestor")
                   .Default("");
  if (known.empty())
    throw InternalError("the driver knows every argument of a function, got " + name.str());
  return known;
}

/// "encoder.layers.0" of "encoder.layers.0.self_attn.query": what one paragraph computes.
llvm::StringRef paragraphOf(llvm::StringRef name) {
  llvm::StringRef rest = name;
  rest.consume_back(".gradient");
  size_t end = 0;
  for (int part = 0; part < 3; ++part) {
    size_t dot = rest.find('.', end);
    if (dot == llvm::StringRef::npos)
      return part < 2 ? rest.take_front(end ? end - 1 : rest.size()) : rest.take_front(end - 1);
    end = dot + 1;
  }
  return rest.take_front(end - 1);
}

class FunctionPrinter {
public:
  explicit FunctionPrinter(func::FuncOp function) : function(function) {
    for (const char *taken : {"in", "memory", "batch", "source", "target", "hypothesis", "slot",
                              "losses", "log_probabilities", "dropoutKey"})
      scope.unused(taken);
    for (BlockArgument argument : function.getArguments()) {
      auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "loup.name");
      bool scalar = axesOf(argument).empty();
      expressions[argument] = argumentExpression(name.getValue(), scalar);
    }
  }

  std::string print() {
    printExtents();
    printSlabs();
    for (Operation &op : function.getBody().front())
      if (auto call = dyn_cast<CallOp>(op))
        printCall(call);
    return text;
  }

private:
  static constexpr size_t indent = 4;

  void line(const std::string &code) {
    text += (code.empty() ? "" : std::string(indent, ' ') + code) + "\n";
  }

  /// The sizes of the axes, as the rest of the function calls them.
  void printExtents() {
    std::map<std::string, bool> used;
    function.walk([&](Operation *op) {
      for (Value value : op->getResults())
        for (const Axis &axis : namedAxes(value.getType()))
          if (axis.isDynamic())
            used[extentOf(axis)] = true;
    });
    for (BlockArgument argument : function.getArguments())
      for (const Axis &axis : namedAxes(argument.getType()))
        used[extentOf(axis)] = true;
    bool step = used.count("hypothesis");
    auto print = [&](const std::string &name, const std::string &value) {
      if (used.count(name))
        line("const int64_t " + name + " = " + value + ";");
    };
    print("batch", "in.batch");
    print("boundary", "in.batch + 1");
    print("document", "in.source.documents");
    print("document_boundary", "in.source.documents + 1");
    print("source", "in.source.longest");
    print("target", step ? "in.position + 1" : "in.target.longest");
    print("source_token", "in.source.count");
    print("target_token", "in.target.count");
    print("hypothesis", "in.hypotheses");
    // Caches lie row by row: a row is one position of as many hypotheses as there may be.
    print("slot", "mostHypotheses()");
    std::map<std::string, std::string> rows;
    for (auto write : function.getOps<WriteStateOp>())
      if (write.getPosition()) {
        StateOp state = stateOf(write.getState());
        rows[rowName(state)] = state.getFirst() ? fmt::format("loup::keptRow(in.position, {}, {})",
                                                              *state.getFirst(), *state.getLast())
                                                : "in.position";
      }
    for (const auto &[name, row] : rows)
      line("const int64_t " + scope.unused(name) + " = " + row + " * slot;");
  }

  StateOp stateOf(llvm::StringRef name) {
    return function->getParentOfType<ModuleOp>().lookupSymbol<StateOp>(name);
  }

  /// Where in a state this step's row begins, in slots.
  static std::string rowName(StateOp state) {
    return state.getFirst() ? fmt::format("row_{}_{}", *state.getFirst(), *state.getLast()) : "row";
  }

  void printSlabs() {
    auto arenas = function->getAttrOfType<DictionaryAttr>("loup.arenas");
    if (!arenas || arenas.empty())
      return;
    line("Scratch memory = scratch();");
    for (NamedAttribute arena : arenas)
      line("const auto " + slab(arena.getName().getValue()) + " = memory.slab(" +
           std::to_string(cast<IntegerAttr>(arena.getValue()).getInt()) + ", " +
           arena.getName().str() + ");");
  }

  static std::string slab(llvm::StringRef unit) {
    if (unit == "1")
      return "fixed";
    std::string name = "per";
    llvm::SmallVector<llvm::StringRef> factors;
    unit.split(factors, " * ");
    for (llvm::StringRef factor : factors)
      name += llvm::toUpper(factor.front()) + factor.drop_front().str();
    return name;
  }

  void printCall(CallOp call) {
    std::string name = nameOf(call);
    if (llvm::StringRef paragraph = paragraphOf(name); paragraph != lastParagraph) {
      lastParagraph = paragraph.str();
      line("");
      line("// " + lastParagraph);
    }
    llvm::SmallVector<std::string> arguments;
    for (Value operand : call.getInputs())
      arguments.push_back(part(call, operand, expression(operand)));
    auto places = call->getAttrOfType<ArrayAttr>("loup.places");
    if (!places)
      throw InternalError("every call has places once memory is planned");
    for (auto [i, result] : llvm::enumerate(call.getResults())) {
      std::string place = placeExpression(cast<PlaceAttr>(places[i]), result.getType());
      if (isReadByKernels(result)) {
        expressions[result] = scope.unused(identifier(name));
        text += assignment(indent, "const auto " + expressions[result], place);
        place = expressions[result];
      }
      arguments.push_back(part(call, result, place));
    }
    auto timed = call->getAttrOfType<IntegerAttr>("loup.part");
    if (timed)
      line("loup::partTimes().begin();");
    printKernelCall(call, arguments);
    if (timed)
      line("loup::partTimes().end(" + std::to_string(timed.getInt()) + ");");
  }

  void printKernelCall(CallOp call, llvm::ArrayRef<std::string> arguments) {
    if (!call.getRagged()) {
      text += wrapped(indent, call.getKernel().str() + "(", arguments, ");");
      return;
    }
    bool byDocument = hasAxis(call.getOffsets().front().getType(), "document_boundary");
    line("loup::parallelFor(" + std::string(byDocument ? "in.source.documents" : "in.batch") +
         ", [&](int i) {");
    llvm::SmallVector<std::string> sides;
    for (auto axis : call.getRagged()->getAsRange<StringAttr>())
      if (std::string side = sideName(axis); !llvm::is_contained(sides, side)) {
        line("  const loup::Part " + side + " = in." + side +
             (byDocument ? ".document(i);" : ".rows(i);"));
        sides.push_back(side);
      }
    text += wrapped(indent + 2, call.getKernel().str() + "(", arguments, ");");
    line("});");
  }

  /// What the kernel of one sequence is given of a value of all.
  std::string part(CallOp call, Value value, const std::string &whole) {
    auto axes = axesOf(value);
    bool isOfAll = cast<ShapedType>(value.getType()).hasStaticShape(); // a weight or a number
    if (!call.getRagged() || isOfAll)
      return whole;
    if (axes.front() == "batch" || axes.front() == "document")
      return expressions.at(value) + "[i]";
    if (!llvm::is_contained(call.getRagged()->getAsRange<StringAttr>(), axes.front()))
      throw InternalError("what a kernel of one sequence reads is cut by sequence, got axis " +
                          axes.front().str());
    return whole + ".rows(" + sideName(axes.front()) + ")";
  }

  static std::string sideName(llvm::StringRef tokenAxis) {
    return sideOf(axisOfOne(tokenAxis)).str();
  }

  /// What is only stored needs no variable.
  static bool isReadByKernels(Value value) {
    return llvm::any_of(value.getUsers(), [](Operation *user) {
      return isa<CallOp>(user) || (user->hasTrait<View>() && isReadByKernels(user->getResult(0)));
    });
  }

  static std::string nameOf(CallOp call) {
    if (auto name = dyn_cast<NameLoc>(call.getLoc()))
      return name.getName().str();
    return call.getKernel().str();
  }

  /// What a kernel is given for `value`.
  std::string expression(Value value) {
    if (auto known = expressions.find(value); known != expressions.end())
      return isa<BlockArgument>(value) ? argument(value, known->second) : known->second;
    Operation *made = value.getDefiningOp();
    if (auto weight = dyn_cast<WeightOp>(made))
      return "weight(" + offset(weight.getParameter(), weight.getRow(), weight.getType()) + ", " +
             extents(weight.getType()) + ")";
    if (auto key = dyn_cast<DropoutKeyOp>(made))
      return "loup::placeKey(" + expression(key.getStepKey()) + ", " +
             std::to_string(key.getPlace()) + ")";
    if (auto read = dyn_cast<ReadStateOp>(made))
      return stateExpression(read);
    if (made->hasTrait<View>())
      return viewExpression(value);
    throw InternalError("after OutlineKernels values come from calls, weights, states and views");
  }

  static std::string argument(Value value, const std::string &name) {
    return axesOf(value).empty() ? name : "tensor(" + name + ", " + extents(value.getType()) + ")";
  }

  std::string viewExpression(Value value) {
    Value base = value;
    while (Operation *made = base.getDefiningOp()) {
      if (!made->hasTrait<View>())
        break;
      base = made->getOperand(0);
    }
    std::string inner = expression(base);
    bool sameShape = extents(base.getType()) == extents(value.getType());
    return sameShape ? inner : inner + ".as(" + extents(value.getType()) + ")";
  }

  static std::string stateExpression(ReadStateOp read) {
    return "tensor(" + stateMember(read.getState()) + ", " + extents(read.getResult().getType()) +
           ")";
  }

  static std::string offset(llvm::StringRef parameter, int64_t row, Type rows) {
    int64_t perRow = 1;
    for (const Axis &axis : llvm::ArrayRef(namedAxes(rows)).drop_front())
      perRow *= axis.size;
    std::string name = "at::" + identifier(parameter);
    if (row == 0)
      return name;
    return name + " + " + std::to_string(row) + (perRow == 1 ? "" : " * " + std::to_string(perRow));
  }

  std::string placeExpression(PlaceAttr place, Type type) {
    std::string sizes = extents(type);
    if (place.getKind() == "arena")
      return slab(place.getName()) + (isReal(type) ? ".tensor(" : ".integers(") +
             std::to_string(place.getOffset()) + (sizes.empty() ? "" : ", ") + sizes + ")";
    if (place.getKind() == "gradient")
      return "gradient(" + offset(place.getName(), place.getOffset(), type) + ", " + sizes + ")";
    if (place.getKind() == "result")
      return "tensor(" + identifier(place.getName()) + ", " + sizes + ")";
    std::string state = stateMember(place.getName());
    if (!hasAxis(type, "hypothesis"))
      return "tensor(" + state + ", " + sizes + ")";
    int64_t perHypothesis = 1;
    for (const Axis &axis : namedAxes(type))
      perHypothesis *= axis.isDynamic() ? 1 : axis.size;
    return fmt::format("tensor({} + {} * {}, {})", state, rowName(stateOf(place.getName())),
                       perHypothesis, sizes);
  }

  func::FuncOp function;
  std::string text;
  std::string lastParagraph;
  Scope scope;
  llvm::DenseMap<Value, std::string> expressions;
};

} // namespace

std::string emitFunctionBody(func::FuncOp function) { return FunctionPrinter(function).print(); }

} // namespace loup
