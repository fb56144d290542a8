// The command line of `loup`.
#pragma once

#include "frontend/Build.h"
#include "frontend/Explain.h"
#include "frontend/bench/Bench.h"

#include <functional>
#include <vector>

namespace loup {

/// What the commands do, and the words they take.
struct Commands {
  std::function<void(const BuildOptions &)> build;
  std::function<void(const BenchOptions &)> bench;
  std::function<void(const ExplainOptions &)> explain;
  std::vector<Choice> schedules; // the default one last
  std::vector<Choice> stages;
};

/// Reads the command line and does what it says. Returns the exit code (runtime/Errors.h).
int runCommandLine(int argc, char **argv, const Commands &commands);

} // namespace loup
