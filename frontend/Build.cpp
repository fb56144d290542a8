// The pipeline behind `loup build`: description, passes, kernels, programs.
#include "frontend/Build.h"

#include "codegen/BuildExecutable.h"
#include "codegen/EmitKernels.h"
#include "codegen/ExportSources.h"
#include "frontend/BuildProgress.h"
#include "frontend/DescribeSpec.h"
#include "frontend/ImportSpec.h"
#include "frontend/LoadSpec.h"
#include "passes/Passes.h"
#include "passes/Pipeline.h"
#include "runtime/Errors.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"

#include <fmt/format.h>

#include <iostream>
#include <unistd.h>

using namespace mlir;

namespace loup {

std::vector<Choice> schedules() {
  return {{"textbook", "masks built and added, every op a kernel of its own"},
          {"fused", "attention in one kernel, pointwise work joined to its neighbours"}};
}

std::vector<Choice> stages() {
  std::vector<Choice> all{{"textbook", "The description as a textbook would write it"}};
  for (const PassName &pass : passesOf(scheduleNames().back()))
    all.push_back({pass.name, pass.summary});
  all.push_back({"halide", "The loops of every kernel, by Halide"});
  all.push_back({"cpp", "The programs in C++; with -o, a folder to build without Loup"});
  return all;
}

namespace {

std::string textOf(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream, OpPrintingFlags().enableDebugInfo(true));
  return text + "\n";
}

std::string textOf(const std::vector<PrintedFile> &sources) {
  std::string text;
  for (const PrintedFile &file : sources)
    text += "// ---- " + file.name + "\n" + file.text + "\n";
  return text;
}

class Build {
public:
  explicit Build(const BuildOptions &options)
      : options(options), spec(loadSpec(options.spec, std::cerr, isatty(STDERR_FILENO))),
        module(importSpec(spec, options.spec, &context)) {}

  void run() {
    bool isPass = !llvm::is_contained({"", "textbook", "halide", "cpp"}, options.stage);
    if (isPass && llvm::none_of(passesOf(options.schedule),
                                [&](auto &pass) { return pass.name == options.stage; }))
      throw UserError(
          fmt::format("schedule '{}' has no stage '{}'", options.schedule, options.stage));
    if (options.stage == "textbook")
      return write(textOf(*module), ".mlir");
    runPasses(isPass ? options.stage : "");
    if (isPass)
      return write(textOf(*module), ".mlir");
    if (options.stage == "halide")
      return write(emitKernelLoops(*module), ".txt");

    auto sources = emitDriver(*module, makeDescription(spec));
    if (options.stage == "cpp" && options.directory.empty())
      return write(textOf(sources), "");
    if (options.stage == "cpp")
      exportSources(sources, compileKernels(), options.directory);
    else
      makePrograms(sources);
  }

private:
  /// A stage as text: to standard output, or to a file of its name.
  void write(const std::string &text, const char *suffix) {
    if (options.directory.empty()) {
      std::cout << text << std::flush;
      return;
    }
    std::filesystem::path folder = options.directory;
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
      throw UserError("cannot make the folder " + folder.string() + ": " + error.message());
    writeWhole(folder / (options.stage + suffix), text);
  }

  void runPasses(const std::string &last) {
    PassManager manager(&context);
    std::string failedPass;
    manager.addInstrumentation(std::make_unique<PassProgress>(progress, failedPass));
    buildPipeline(manager, options.schedule, last);
    if (succeeded(manager.run(*module)))
      return;
    if (failedPass == "check-masks")
      throw UserError(options.spec + " cannot be built");
    throw InternalError("every model with proved masks can be compiled, but " + failedPass +
                        " failed");
  }

  std::vector<std::filesystem::path> compileKernels() {
    auto kernels = emitKernels(
        *module, options.jobs, [&](const EmittedKernel &kernel, size_t done, size_t all) {
          compiled += !kernel.cached;
          progress.show(
              fmt::format("kernel {}/{} {}{}", done, all, kernel.name,
                          kernel.cached ? " (known)" : fmt::format(" {:.1f} s", kernel.seconds)));
        });
    std::vector<std::filesystem::path> objects;
    for (const EmittedKernel &kernel : kernels)
      objects.push_back(kernel.object);
    return objects;
  }

  void makePrograms(const std::vector<PrintedFile> &sources) {
    std::string compiler = findCompiler(); // better missed now than after the kernels
    auto kernels = compileKernels();
    progress.show("programs");
    buildExecutables(sources, kernels, compiler, options.directory);
    progress.finish(fmt::format(
        "{}: {} kernels ({} compiled now), {}/train and {}/translate, {:.1f} s", *spec.name,
        kernels.size(), compiled, options.directory, options.directory, progress.seconds()));
  }

  const BuildOptions &options;
  BuildProgress progress;
  Spec spec;
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  size_t compiled = 0;
};

} // namespace

void build(const BuildOptions &options) { Build(options).run(); }

} // namespace loup
