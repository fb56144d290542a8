// What a build is doing, shown on standard error.
#pragma once

#include "mlir/Pass/PassInstrumentation.h"

#include <chrono>
#include <string>

namespace loup {

/// On a terminal one line that changes, otherwise a line an event.
class BuildProgress {
public:
  BuildProgress();
  void show(const std::string &what);

  /// Messages and last words, which stay on the terminal.
  void print(const std::string &lines);
  double seconds() const;

private:
  bool terminal;
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
};

/// Shows each pass as it begins, and keeps the name of the one that failed. Passes without a name
/// are checks of the one before.
class PassProgress : public mlir::PassInstrumentation {
public:
  PassProgress(BuildProgress &progress, std::string &failed) : progress(progress), failed(failed) {}

  void runBeforePass(mlir::Pass *pass, mlir::Operation *) override;
  void runAfterPassFailed(mlir::Pass *pass, mlir::Operation *) override;

private:
  BuildProgress &progress;
  std::string &failed;
};

} // namespace loup
