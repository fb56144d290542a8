// The pipeline behind `loup build`: description, passes, kernels, programs.
#include "frontend/Build.h"

#include "codegen/BuildExecutable.h"
#include "codegen/ExportSources.h"
#include "codegen/Installation.h"
#include "frontend/Compilation.h"
#include "frontend/DescribeSpec.h"
#include "frontend/Nearest.h"
#include "passes/Pipeline.h"
#include "runtime/Errors.h"
#include "runtime/Files.h"

#include "llvm/ADT/STLExtras.h"

#include <fmt/format.h>

#include <iostream>
#include <unistd.h>

using namespace mlir;
namespace fs = std::filesystem;

namespace loup {

std::vector<Choice> schedules() {
  std::vector<Choice> all;
  for (const auto &[name, summary] : rungs())
    all.push_back({name, summary});
  return all;
}

std::vector<Choice> stages() {
  std::vector<Choice> all{{"textbook", "The description as a textbook would write it"}};
  for (const auto &[name, summary] : passesOf(rungs().back().name))
    all.push_back({name, summary});
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
      : options(options), compilation(options.spec), module(compilation.textbook()) {}

  void run() {
    bool isPass = !llvm::is_contained({"", "textbook", "halide", "cpp"}, options.stage);
    if (isPass)
      requirePass();
    if (options.stage == "textbook")
      return write(textOf(*module), ".mlir");
    compilation.runPasses(*module, options.schedule, isPass ? options.stage : "");
    if (isPass)
      return write(textOf(*module), ".mlir");
    if (options.stage == "halide")
      return write(emitKernelLoops(*module), ".txt");

    auto sources = emitDriver(*module, makeDescription(compilation.spec()));
    if (options.stage == "cpp" && options.directory.empty())
      return write(textOf(sources), "");
    if (options.stage == "cpp")
      exportPrograms(sources);
    else
      makePrograms(sources);
  }

private:
  /// The stage that is asked for is a pass of the schedule.
  void requirePass() const {
    std::vector<Named> passes = passesOf(options.schedule);
    std::vector<std::string_view> names;
    for (const Named &pass : passes)
      names.push_back(pass.name);
    if (!llvm::is_contained(names, options.stage))
      throw UserError(fmt::format("schedule '{}' has no stage '{}'; expected one of its passes, {}",
                                  options.schedule, options.stage, listWords(names)));
  }

  /// A stage as text: to standard output, or to a file of its name.
  void write(const std::string &text, const char *suffix) {
    if (options.directory.empty()) {
      std::cout << text << std::flush;
      return;
    }
    makeFolder();
    std::string file = fs::path(options.directory) / (options.stage + suffix);
    requireNothingLost(compilation.inputs(), {{"-o", file}});
    writeFile(file, text);
  }

  void makeFolder() const {
    std::error_code error;
    fs::create_directories(options.directory, error);
    if (!error && access(options.directory.c_str(), W_OK) != 0)
      error.assign(errno, std::generic_category());
    if (error)
      throw UserError(
          fmt::format("cannot write to the folder {}: {}", options.directory, error.message()));
  }

  /// Nothing that is built may replace what it is built of.
  void keepInputs(const std::vector<PrintedFile> &sources, const char *sourceFolder) const {
    fs::path folder = options.directory;
    std::vector<NamedFile> outputs;
    for (const PrintedFile &file : sources) {
      fs::path name = file.name;
      outputs.push_back({"-o", folder / sourceFolder / name});
      if (options.stage.empty() && name.extension() == ".cpp" && name.stem() != "model")
        outputs.push_back({"-o", folder / name.stem()});
    }
    requireNothingLost(compilation.inputs(), outputs);
  }

  void exportPrograms(const std::vector<PrintedFile> &sources) {
    requireInstallation(); // better missed now than after the kernels
    keepInputs(sources, "");
    makeFolder();
    exportSources(sources, compilation.compileKernels(*module, options.jobs), options.directory);
  }

  void makePrograms(const std::vector<PrintedFile> &sources) {
    requireInstallation(); // likewise
    Compiler compiler = findCompiler();
    keepInputs(sources, "source");
    makeFolder();
    auto kernels = compilation.compileKernels(*module, options.jobs);
    BuildProgress &progress = compilation.progress;
    progress.show("programs");
    buildExecutables(sources, kernels, compiler, options.directory);
    auto compiled = llvm::count_if(kernels, [](const EmittedKernel &k) { return !k.cached; });
    progress.print(
        fmt::format("{}: {} kernels ({} compiled now), {}/train and {}/translate, {:.1f} s\n",
                    *compilation.spec().name, kernels.size(), compiled, options.directory,
                    options.directory, progress.seconds()));
  }

  const BuildOptions &options;
  Compilation compilation;
  OwningOpRef<ModuleOp> module;
};

} // namespace

void build(const BuildOptions &options) { Build(options).run(); }

} // namespace loup
