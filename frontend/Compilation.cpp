#include "frontend/Compilation.h"

#include "frontend/CollectReports.h"
#include "frontend/ImportSpec.h"
#include "frontend/LoadSpec.h"
#include "passes/Pipeline.h"
#include "runtime/Errors.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"

#include "llvm/ADT/STLExtras.h"

#include <fmt/format.h>

#include <iostream>
#include <unistd.h>
#include <utility>

using namespace mlir;

namespace loup {

Compilation::Compilation(const std::string &path)
    : onTerminal(isatty(STDERR_FILENO)), found(readDescription(path)),
      described(loadSpec(found.source(), std::cerr, onTerminal)),
      imported(importSpec(described, path, &context)) {}

std::vector<NamedFile> Compilation::inputs() const {
  std::vector<NamedFile> files{{"loup", found.source().name}};
  for (const TokenizerSpec *side : {&*described.data->source, &*described.data->target})
    files.push_back({"the description", side->model->value_or("")});
  return files;
}

void Compilation::runPasses(ModuleOp module, const std::string &schedule, const std::string &last,
                            std::unique_ptr<PassInstrumentation> watcher) {
  PassManager manager(&context);
  std::string failedPass;
  manager.addInstrumentation(std::make_unique<PassProgress>(progress, failedPass));
  if (watcher)
    manager.addInstrumentation(std::move(watcher));
  buildPipeline(manager, schedule, last);
  found = Diagnostics(found.source());
  bool isDone;
  {
    CollectReports collect(&context, found);
    isDone = succeeded(manager.run(module));
  }
  // What passes say of the model is the same in every schedule.
  if (!std::exchange(reported, true))
    progress.print(found.text(onTerminal));
  if (isDone)
    return;
  if (failedPass == "check-masks")
    found.refuseErrors();
  throw InternalError("every model with proved masks can be compiled, but " + failedPass +
                      " failed");
}

std::vector<EmittedKernel> Compilation::compileKernels(ModuleOp module, int jobs,
                                                       const std::string &label) {
  auto kernels =
      emitKernels(module, jobs, [&](const EmittedKernel &kernel, size_t done, size_t all) {
        progress.show(
            fmt::format("{}kernel {}/{} {}{}", label, done, all, kernel.name,
                        kernel.cached ? " (known)" : fmt::format(" {:.1f} s", kernel.seconds)));
      });
  auto isMarked = [](func::FuncOp function) { return function->hasAttr("loup.autoscheduled"); };
  auto isTaken = [](const EmittedKernel &kernel) { return kernel.autoscheduled; };
  if (llvm::any_of(module.getOps<func::FuncOp>(), isMarked))
    progress.print(fmt::format("{}Halide's autoscheduler took {} of {} kernels\n", label,
                               llvm::count_if(kernels, isTaken), kernels.size() - 1));
  return kernels;
}

} // namespace loup
