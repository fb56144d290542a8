#include "codegen/CompileKernel.h"

#include "codegen/Autoschedule.h"
#include "codegen/KernelOps.h"
#include "codegen/TemporaryFolder.h"
#include "codegen/kernels/Families.h"
#include "runtime/Errors.h"
#include "runtime/Files.h"

#include "llvm/Support/raw_ostream.h"

#include <optional>

using namespace mlir;

namespace loup {

Halide::Target hostTarget(bool checked) {
  Halide::Target target = Halide::get_host_target().with_feature(Halide::Target::NoRuntime);
  if (checked)
    return target;
  return target.with_feature(Halide::Target::NoAsserts).with_feature(Halide::Target::NoBoundsQuery);
}

/// Turns everything thrown while `body` works on `kernel` into an InternalError that names it.
template <class Body> static auto namingKernel(func::FuncOp kernel, Body body) {
  auto fail = [&](const std::string &what) -> InternalError {
    std::string place;
    llvm::raw_string_ostream(place) << kernel.getLoc();
    return InternalError("kernel " + kernel.getSymName().str() + " (" + place + "): " + what);
  };
  try {
    return body();
  } catch (const Halide::Error &error) {
    throw fail(std::string("Halide says: ") + error.what());
  } catch (const InternalError &error) {
    throw fail(error.what());
  }
}

static Operation *findAnchor(func::FuncOp kernel, const KernelOps &ops) {
  Operation *anchor = nullptr;
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (!ops.isAnchor(&op))
      continue;
    if (anchor)
      throw InternalError("expected one anchor, got " + anchor->getName().getStringRef().str() +
                          " and " + op.getName().getStringRef().str());
    anchor = &op;
  }
  return anchor;
}

/// One Func for each run of results with the same axes.
static std::vector<Halide::Func> defineOutputs(func::FuncOp kernel, const KernelBody &body) {
  std::vector<Halide::Func> outputs;
  ValueRange results = kernel.getBody().front().getTerminator()->getOperands();
  for (size_t first = 0, last; first < results.size(); first = last) {
    std::vector<Halide::Expr> values;
    for (last = first; last < results.size() && axesOf(results[last]) == axesOf(results[first]);
         ++last)
      values.push_back(body.read(results[last], body.point(results[last].getType())));
    Halide::Func output("result" + std::to_string(first));
    output(body.vars(results[first].getType())) = Halide::Tuple(values);
    std::vector<Halide::OutputImageParam> buffers = output.output_buffers();
    for (size_t i = first; i < last; ++i)
      describeBuffer(buffers[i - first], results[i].getType(), i == first);
    outputs.push_back(output);
  }
  return outputs;
}

enum class Scheduler { Ours, Halides };

static KernelPipeline build(func::FuncOp kernel, const Halide::Target &target,
                            Scheduler scheduler) {
  const KernelOps &ops = KernelOps::all();
  KernelBody body(kernel, ops, target);
  Anchor anchor;
  if (Operation *op = findAnchor(kernel, ops)) {
    anchor = ops.build(op, body);
    for (auto [value, func] : llvm::zip_equal(op->getResults(), anchor.results))
      body.define(value, func);
  } else {
    anchor.schedule = [&](Outputs outputs) { schedulePointwise(kernel, body, outputs); };
  }
  std::vector<Halide::Func> outputs = defineOutputs(kernel, body);
  KernelPipeline built{Halide::Pipeline(outputs), body.arguments()};
  if (scheduler == Scheduler::Ours) {
    anchor.schedule(outputs);
  } else {
    body.estimateSizes(outputs);
    autoschedule(built.pipeline, target);
  }
  return built;
}

static Halide::Module lower(func::FuncOp kernel, const Halide::Target &target,
                            Scheduler scheduler) {
  KernelPipeline built = build(kernel, target, scheduler);
  return built.pipeline.compile_to_module(built.arguments, kernel.getSymName().str(), target,
                                          Halide::LinkageType::External);
}

/// What `make` makes of a kernel with Halide's own schedule; nothing where it has ours, because it
/// is to have it, or because Halide refuses to make one or to lower what it made.
template <class Make>
static auto ifAutoscheduled(func::FuncOp kernel, Make make) -> std::optional<decltype(make())> {
  if (!isAutoscheduled(kernel))
    return std::nullopt;
  try {
    return make();
  } catch (const Halide::Error &) {
    return std::nullopt;
  }
}

static Halide::Module lower(func::FuncOp kernel, const Halide::Target &target) {
  Halide::Module ours = lower(kernel, target, Scheduler::Ours);
  auto halides = ifAutoscheduled(kernel, [&] {
    return lower(kernel, target.without_feature(Halide::Target::NoAsserts), Scheduler::Halides);
  });
  return halides ? autoscheduledWhereItFits(kernel.getSymName().str(), *halides, ours) : ours;
}

KernelPipeline buildPipeline(func::FuncOp kernel, const Halide::Target &target) {
  return namingKernel(kernel, [&] {
    auto halides = ifAutoscheduled(kernel, [&] {
      (void)lower(kernel, target, Scheduler::Halides);
      return build(kernel, target, Scheduler::Halides);
    });
    return halides ? *halides : build(kernel, target, Scheduler::Ours);
  });
}

/// Halide writes its outputs to files only.
static std::string compile(func::FuncOp kernel, const Halide::Target &target,
                           Halide::OutputFileType type) {
  return namingKernel(kernel, [&] {
    TemporaryFolder folder;
    lower(kernel, target).compile({{type, (folder / "output").string()}});
    return readFile(folder / "output").value_or("");
  });
}

std::string compileKernel(func::FuncOp kernel, const Halide::Target &target) {
  return compile(kernel, target, Halide::OutputFileType::object);
}

std::string kernelLoops(func::FuncOp kernel, const Halide::Target &target) {
  return compile(kernel, target, Halide::OutputFileType::conceptual_stmt);
}

} // namespace loup
