#include "frontend/BuildProgress.h"

#include "mlir/Pass/Pass.h"

#include <fmt/format.h>

#include <cstdio>
#include <unistd.h>

namespace loup {

BuildProgress::BuildProgress() : terminal(isatty(STDERR_FILENO)) {}

void BuildProgress::show(const std::string &what) {
  if (terminal)
    fmt::print(stderr, "\r\033[K{}", what);
  else
    fmt::print(stderr, "{}\n", what);
  std::fflush(stderr);
}

void BuildProgress::print(const std::string &lines) {
  fmt::print(stderr, "{}{}", terminal ? "\r\033[K" : "", lines);
}

double BuildProgress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void PassProgress::runBeforePass(mlir::Pass *pass, mlir::Operation *) {
  if (!pass->getArgument().empty())
    progress.show("pass " + pass->getArgument().str());
}

void PassProgress::runAfterPassFailed(mlir::Pass *pass, mlir::Operation *) {
  if (failed.empty())
    failed = pass->getArgument().empty() ? "the check of a stage" : pass->getArgument().str();
}

} // namespace loup
