#include "frontend/bench/Machine.h"

#include "codegen/PeakRate.h"
#include "runtime/ThreadPool.h"

#include <fstream>

namespace loup {

static std::string cpuName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      return line.substr(line.find(": ") + 2);
  return "unknown CPU";
}

Machine measureMachine(int threads) {
  setThreadCount(threads);
  Machine machine{cpuName(), threadCount(), 2 * measurePeakRate()};
  setThreadCount(1); // models have threads of their own
  return machine;
}

} // namespace loup
