// A description on its way from a file to kernels, and what is shown meanwhile.
#pragma once

#include "codegen/EmitKernels.h"
#include "frontend/BuildProgress.h"
#include "frontend/Diagnostics.h"
#include "frontend/Spec.h"
#include "runtime/NamedFiles.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <memory>
#include <string>
#include <vector>

namespace loup {

class Compilation {
public:
  /// Reads the description and makes its textbook program. Throws UserError.
  explicit Compilation(const std::string &path);

  const Spec &spec() const { return described; }

  /// The description and what it names: files that no output may replace.
  std::vector<NamedFile> inputs() const;

  /// A copy of the textbook program, which must not outlive this.
  mlir::OwningOpRef<mlir::ModuleOp> textbook() { return imported->clone(); }

  /// Runs the passes of rung `schedule`, as far as `last` where one is named, while `watcher` looks
  /// on. What they report is shown the first time. Throws UserError where a proof fails.
  void runPasses(mlir::ModuleOp module, const std::string &schedule, const std::string &last = "",
                 std::unique_ptr<mlir::PassInstrumentation> watcher = nullptr);

  /// What the passes reported the last time.
  const Diagnostics &reports() const { return found; }

  /// Compiles with `jobs` threads, 0 being one a core; `label` begins the lines that are shown.
  /// Says how many kernels Halide's autoscheduler took, where it was asked.
  std::vector<EmittedKernel> compileKernels(mlir::ModuleOp module, int jobs = 0,
                                            const std::string &label = "");

  BuildProgress progress;

private:
  const bool onTerminal;
  Diagnostics found;
  Spec described;
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> imported;
  bool reported = false;
};

} // namespace loup
