// The pipeline behind `loup build`: description, passes, kernels, programs.
#include "frontend/Build.h"

#include "codegen/BuildExecutable.h"
#include "codegen/EmitKernels.h"
#include "frontend/DescribeSpec.h"
#include "frontend/ImportSpec.h"
#include "frontend/LoadSpec.h"
#include "passes/Passes.h"
#include "passes/Pipeline.h"
#include "runtime/Errors.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"

#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <unistd.h>

using namespace mlir;

namespace loup {
namespace {

/// What is going on, on stderr: on a terminal one line that changes, otherwise a line an event.
class BuildProgress {
public:
  void show(const std::string &what) {
    if (terminal)
      fmt::print(stderr, "\r\033[K{}", what);
    else
      fmt::print(stderr, "{}\n", what);
    std::fflush(stderr);
  }

  void finish(const std::string &what) {
    fmt::print(stderr, "{}{}\n", terminal ? "\r\033[K" : "", what);
  }

  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

private:
  bool terminal = isatty(STDERR_FILENO);
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
};

/// Shows each pass, and stops the pipeline's text at the pass that is asked for.
class PassShow : public PassInstrumentation {
public:
  PassShow(BuildProgress &progress, std::string stage)
      : progress(progress), stage(std::move(stage)) {}

  void runBeforePass(Pass *pass, Operation *) override {
    if (!pass->getArgument().empty())
      progress.show("pass " + pass->getArgument().str());
  }

private:
  BuildProgress &progress;
  std::string stage;
};

} // namespace

std::vector<Choice> schedules() {
  return {{"textbook", "masks built and added, every op a kernel of its own"},
          {"fused", "attention in one kernel, pointwise work joined to its neighbours"}};
}

std::vector<Choice> stages() {
  std::vector<Choice> all{{"textbook", "the description as a textbook would write it"}};
  all.push_back({"planned", "after all passes: kernels, calls and places in memory"});
  all.push_back({"cpp", "the printed driver"});
  return all;
}

void build(const BuildOptions &options) {
  BuildProgress progress;
  Spec spec = loadSpec(options.spec, std::cerr, isatty(STDERR_FILENO));
  MLIRContext context;
  OwningOpRef<ModuleOp> module = importSpec(spec, options.spec, &context);
  auto emit = [&](const std::string &text) { std::cout << text << std::flush; };
  auto emitModule = [&] {
    std::string text;
    llvm::raw_string_ostream stream(text);
    (*module)->print(stream, OpPrintingFlags().enableDebugInfo(true));
    emit(text + "\n");
  };
  if (options.stage == "textbook")
    return emitModule();

  PassManager manager(&context);
  manager.addInstrumentation(std::make_unique<PassShow>(progress, options.stage));
  buildPipeline(manager, options.schedule);
  if (failed(manager.run(*module)))
    throw UserError(options.spec + " cannot be built");
  if (options.stage == "planned")
    return emitModule();

  auto sources = emitDriver(*module, makeDescription(spec));
  if (options.stage == "cpp") {
    for (const PrintedFile &file : sources)
      emit("// ---- " + file.name + "\n" + file.text + "\n");
    return;
  }

  std::vector<std::filesystem::path> objects;
  size_t compiled = 0;
  auto kernels = emitKernels(
      *module, options.jobs, false, [&](const EmittedKernel &kernel, size_t done, size_t all) {
        compiled += !kernel.cached;
        progress.show(
            fmt::format("kernel {}/{} {}{}", done, all, kernel.name,
                        kernel.cached ? " (known)" : fmt::format(" {:.1f} s", kernel.seconds)));
      });
  for (const EmittedKernel &kernel : kernels)
    objects.push_back(kernel.object);
  progress.show("programs");
  buildExecutables(sources, objects, options.directory);
  progress.finish(fmt::format(
      "{}: {} kernels ({} compiled now), {}/train and {}/translate, {:.1f} s", *spec.name,
      kernels.size(), compiled, options.directory, options.directory, progress.seconds()));
}

} // namespace loup
