#include "codegen/EmitDriver.h"
#include "codegen/DriverNames.h"
#include "codegen/EmitFunction.h"
#include "codegen/Wrap.h"

#include "ir/Memory.h"
#include "ir/Stage.h"
#include "runtime/Errors.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"

#include <fmt/format.h>

using namespace mlir;

namespace loup {
namespace {

/// A literal. Octal escapes end after three digits, whatever follows; hexadecimal ones do not.
std::string quoted(const std::string &text) {
  std::string result = "\"";
  for (unsigned char c : text)
    if (c < 0x20 || c >= 0x7F || c == '"' || c == '\\')
      result += fmt::format("\\{:03o}", c);
    else
      result += static_cast<char>(c);
  return result + "\"";
}

std::string className(const std::string &model) {
  std::string name = identifier(model);
  name.front() = llvm::toUpper(name.front());
  return name;
}

// kernels.h

std::string prototype(func::FuncOp kernel) {
  llvm::SmallVector<std::string> parameters;
  for (Type type : kernel.getArgumentTypes())
    parameters.push_back(axesOf(type).empty() && isInteger(type) ? "int32_t" : "Buffer");
  parameters.append(kernel.getNumResults(), "Buffer");
  llvm::SmallVector<std::string> shapes;
  for (Type type : kernel.getFunctionType().getInputs())
    shapes.push_back(shapeComment(type));
  std::string arrow = "-> ";
  for (Type type : kernel.getResultTypes()) {
    shapes.push_back(arrow + shapeComment(type));
    arrow.clear();
  }
  return "\n" + wrapped(0, "// ", shapes, "", " ") +
         wrapped(0, "int " + kernel.getSymName().str() + "(", parameters, ");");
}

std::string emitKernels(ModuleOp module) {
  std::string text = "// The kernels, compiled by Halide; each writes its last arguments.\n"
                     "#pragma once\n\n#include \"runtime/Tensor.h\"\n\n"
                     "using Buffer = halide_buffer_t *;\n\nextern \"C\" {\n";
  for (auto function : module.getOps<func::FuncOp>())
    if (isKernel(function))
      text += prototype(function);
  return text + "\n}\n";
}

// model.cpp

/// Parameters begin on cache lines.
constexpr int64_t floatsInLine = 16;

struct PlacedParameter {
  ParameterOp op;
  int64_t offset;
};

std::vector<PlacedParameter> placeParameters(ModuleOp module) {
  std::vector<PlacedParameter> placed;
  int64_t offset = 0;
  for (auto parameter : module.getOps<ParameterOp>()) {
    placed.push_back({parameter, offset});
    int64_t size = 1;
    for (int64_t extent : parameter.getShape())
      size *= extent;
    offset += (size + floatsInLine - 1) / floatsInLine * floatsInLine;
  }
  return placed;
}

std::string emitParameters(llvm::ArrayRef<PlacedParameter> parameters) {
  std::string text =
      "// Where each parameter begins, in floats.\nnamespace at {\nenum : int64_t {\n";
  for (const auto &[op, offset] : parameters)
    text += fmt::format("  {} = {},\n", identifier(ParameterOp(op).getSymName()), offset);
  text += "};\n} // namespace at\n\nstd::vector<loup::Parameter> parameterTable() {\n"
          "  using loup::Initial;\n  return {\n";
  for (const auto &[parameter, offset] : parameters) {
    ParameterOp op = parameter;
    llvm::SmallVector<std::string> shape;
    for (int64_t extent : op.getShape())
      shape.push_back(std::to_string(extent));
    std::string kind = op.getInitial().getKind().str();
    kind.front() = llvm::toUpper(kind.front());
    text += wrapped(
        6, "{",
        {fmt::format("\"{}\"", op.getSymName().str()),
         fmt::format("{{{}}}", llvm::join(shape, ", ")), "at::" + identifier(op.getSymName()),
         fmt::format("{{Initial::{}, {:#}f}}", kind, op.getInitial().getValue().convertToFloat())},
        "},");
  }
  return text + "  };\n}\n";
}

/// "bytes * count", where the count of what there is once is empty.
std::string product(int64_t bytes, const std::string &count) {
  return std::to_string(bytes) + (count.empty() ? "" : " * " + count);
}

func::FuncOp functionOf(ModuleOp module, llvm::StringRef name) {
  auto function = module.lookupSymbol<func::FuncOp>(name);
  if (!function)
    throw InternalError("a planned module has function '" + name.str() + "'");
  return function;
}

/// The bytes of scratch of the function that needs most of it.
std::string emitScratch(ModuleOp module, llvm::ArrayRef<llvm::StringRef> names) {
  std::string text;
  for (llvm::StringRef name : names) {
    llvm::SmallVector<std::string> terms;
    auto arenas = functionOf(module, name)->getAttrOfType<DictionaryAttr>("loup.arenas");
    for (NamedAttribute arena : arenas ? arenas.getValue() : llvm::ArrayRef<NamedAttribute>())
      terms.push_back(product(cast<IntegerAttr>(arena.getValue()).getInt(),
                              largest(arena.getName().getValue())));
    if (terms.empty())
      terms.push_back("0");
    text += wrapped(4, "const int64_t " + name.str() + " = ", terms, ";", " + ");
  }
  return text + "    return std::max(" + llvm::join(names, ", ") + ");\n";
}

/// How many bytes of a state belong to each unit of its dynamic axes.
std::string stateSlab(StateOp state) {
  Size size = sizeOf(state.getType());
  std::string count = largest(size.unit);
  return assignment(
      4, stateMember(state.getSymName()),
      fmt::format("states.{}({}, {})", isReal(state.getType()) ? "floats" : "integers",
                  llvm::alignTo(size.bytes, memoryAlignment), count.empty() ? "1" : count));
}

std::string emitFunction(ModuleOp module, const char *name, const char *signature) {
  return fmt::format("  void {} override {{\n{}  }}\n", signature,
                     emitFunctionBody(functionOf(module, name)));
}

/// Whether sentences lie one after the other.
bool isPacked(ModuleOp module) {
  return llvm::any_of(functionOf(module, "train").getArgumentTypes(),
                      [](Type type) { return hasAxis(type, "boundary"); });
}

std::string emitClass(ModuleOp module, const std::string &name) {
  std::string text = fmt::format(
      "class {0} final : public loup::Driver {{\n"
      "public:\n  {0}() : Driver(describe(), parameterTable(), loup::Layout::{1}) {{}}\n\n"
      "private:\n",
      name, isPacked(module) ? "Packed" : "Dense");
  text += "  int64_t trainingScratch(const Limits &most) const override {\n" +
          emitScratch(module, {"train", "score"}) + "  }\n\n";
  text += "  int64_t decodingScratch(const Limits &most) const override {\n" +
          emitScratch(module, {"prefill", "step"}) + "  }\n\n";
  text += "  void placeStates(Scratch &states, const Limits &most) override {\n";
  for (auto state : module.getOps<StateOp>())
    text += stateSlab(state);
  text += "  }\n\n";
  text +=
      emitFunction(module, "train",
                   "runTrain(const loup::BatchArrays &in, [[maybe_unused]] int32_t dropoutKey,\n"
                   "                float *losses)");
  text +=
      "\n" + emitFunction(module, "score", "runScore(const loup::BatchArrays &in, float *losses)");
  text += "\n" + emitFunction(module, "prefill", "runPrefill(const loup::BatchArrays &in)");
  text += "\n" + emitFunction(module, "step",
                              "runStep(const loup::StepArrays &in, float *log_probabilities)");
  text += "\n";
  for (auto state : module.getOps<StateOp>())
    text +=
        fmt::format("  {} *{} = nullptr; // {}\n", isReal(state.getType()) ? "float" : "int32_t",
                    stateMember(state.getSymName()), shapeComment(state.getType()));
  return text + "};\n";
}

bool timesParts(ModuleOp module) {
  return module
      .walk([](CallOp call) {
        return call->hasAttr("loup.part") ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

std::string emitModel(ModuleOp module, const Description &description) {
  std::string name = className(description.name);
  return fmt::format(
      "// {}: the kernel calls of training and decoding, printed by Loup.\n"
      "#include \"description.h\"\n#include \"kernels.h\"\n#include \"model.h\"\n\n"
      "#include \"runtime/Driver.h\"\n{}#include \"runtime/Random.h\"\n"
      "#include \"runtime/ThreadPool.h\"\n\n#include "
      "<algorithm>\n\nnamespace {{\n\n"
      "using loup::Limits;\nusing loup::Scratch;\nusing loup::tensor;\n\n"
      "{}\n{}\n}} // namespace\n\n"
      "std::unique_ptr<loup::Model> makeModel() {{ return std::make_unique<{}>(); }}\n",
      description.name, timesParts(module) ? "#include \"runtime/PartTimes.h\"\n" : "",
      emitParameters(placeParameters(module)), emitClass(module, name), name);
}

// description.h

std::string emitTokenizer(const char *field, const TokenizerDescription &t) {
  std::string symbols;
  for (const std::string &symbol : t.symbols)
    symbols += (symbols.empty() ? "" : ", ") + quoted(symbol);
  std::string text =
      fmt::format("  d.{0}.kind = {1};\n  d.{0}.vocabulary = {2};\n  d.{0}.algorithm = {3};\n"
                  "  d.{0}.splitDigits = {4};\n  d.{0}.byteFallback = {5};\n"
                  "  d.{0}.normalization = {6};\n  d.{0}.symbols = {{{7}}};\n"
                  "  d.{0}.model = {8};\n",
                  field, quoted(t.kind), t.vocabulary, quoted(t.algorithm), t.splitDigits,
                  t.byteFallback, quoted(t.normalization), symbols, quoted(t.model));
  if (t.modelChecksum)
    text += fmt::format("  d.{}.modelChecksum = {}u;\n", field, *t.modelChecksum);
  return text;
}

/// What was noted at `step`; a decoder without a source needs none of it.
std::string emitSourceNeed(func::FuncOp step) {
  if (auto obstacle = step->getAttrOfType<StringAttr>("loup.source_obstacle"))
    return assignment(2, "d.sourceNeed.obstacle", quoted(obstacle.str()));
  llvm::SmallVector<std::string> bounds;
  if (auto need = step->getAttrOfType<ArrayAttr>("loup.source_need"))
    for (auto bound : need.getAsRange<DenseI64ArrayAttr>())
      bounds.push_back(fmt::format("{{{}, {}, {}}}", bound[0], bound[1], bound[2]));
  return "  d.sourceNeed.bounds = {" + llvm::join(bounds, ", ") + "};\n";
}

std::string emitDescription(const Description &d, func::FuncOp step) {
  std::string text =
      fmt::format("// What the programs know of their description.\n#pragma once\n\n"
                  "#include \"runtime/Description.h\"\n\ninline loup::Description describe() {{\n"
                  "  loup::Description d;\n  d.name = {};\n  d.task = {};\n  d.fingerprint = {};\n",
                  quoted(d.name), quoted(d.task), quoted(d.fingerprint));
  text += emitTokenizer("source", d.source) + emitTokenizer("target", d.target);
  text += fmt::format("  d.sharedTokenizer = {};\n  d.ids = {{{}, {}, {}, {}}};\n"
                      "  d.maximumLength = {};\n",
                      d.sharedTokenizer, d.ids.end, d.ids.unknown, d.ids.begin, d.ids.padding,
                      d.maximumLength);
  if (d.marks.presentColumn)
    text += "  d.marks.presentColumn = true;\n";
  if (d.marks.prefixEnd)
    text += fmt::format("  d.marks.prefixEnd = {};\n", *d.marks.prefixEnd);
  if (d.marks.documentEnd)
    text += fmt::format("  d.marks.documentEnd = {};\n", *d.marks.documentEnd);
  const OptimizerDescription &o = d.train.optimizer;
  text += fmt::format("  d.train.optimizer = {{{}, {}, {}, {}, {}, {}}};\n", quoted(o.kind),
                      o.beta1, o.beta2, o.epsilon, o.weightDecay, o.momentum);
  const ScheduleDescription &s = d.train.schedule;
  text += fmt::format("  d.train.schedule = {{{}, {}, {}, {}, {}}};\n", quoted(s.kind), s.rate,
                      s.warmup, s.steps, s.factor);
  text += fmt::format("  d.train.batchTokens = {};\n  d.train.clip = {};\n"
                      "  d.train.labelSmoothing = {};\n"
                      "  d.decode.beam = {};\n  d.decode.lengthPenalty = {};\n",
                      d.train.batchTokens, d.train.clip, d.train.labelSmoothing, d.decode.beam,
                      d.decode.lengthPenalty);
  return text + emitSourceNeed(step) + "  return d;\n}\n";
}

// train.cpp, translate.cpp

std::string emitMain(const char *what, const char *function) {
  return fmt::format(
      "#include \"model.h\"\n\n#include \"runtime/{}.h\"\n\n"
      "int main(int argc, char **argv) {{ return loup::{}(argc, argv, makeModel); }}\n",
      what, function);
}

} // namespace

std::vector<PrintedFile> emitDriver(ModuleOp module, const Description &description) {
  return {
      {"kernels.h", emitKernels(module)},
      {"description.h", emitDescription(description, functionOf(module, "step"))},
      {"model.h", "// The model, ready for training and decoding.\n#pragma once\n\n"
                  "#include \"runtime/Model.h\"\n\n#include <memory>\n\n"
                  "std::unique_ptr<loup::Model> makeModel();\n"},
      {"model.cpp", emitModel(module, description)},
      {"train.cpp", emitMain("Train", "trainMain")},
      {"translate.cpp", emitMain("Translate", "translateMain")},
  };
}

} // namespace loup
