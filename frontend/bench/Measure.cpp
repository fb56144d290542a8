#include "frontend/bench/Measure.h"

#include "runtime/Errors.h"

#include <benchmark/benchmark.h>

#include <fmt/format.h>

#include <charconv>

namespace loup {
namespace {

constexpr int repetitions = 9;
constexpr double leastSeconds = 0.05; // of a repetition

/// Benchmarks and parts are named by their numbers.
size_t numberOf(const std::string &name) {
  size_t number = 0;
  std::from_chars(name.data(), name.data() + name.size(), number);
  return number;
}

class MedianReporter : public benchmark::BenchmarkReporter {
public:
  explicit MedianReporter(size_t tasks) : medians(tasks) {}

  bool ReportContext(const Context &) override { return true; }

  void ReportRuns(const std::vector<Run> &runs) override {
    for (const Run &run : runs) {
      if (run.aggregate_name != "median")
        continue;
      Medians &of = medians.at(numberOf(run.run_name.function_name));
      of.seconds = run.GetAdjustedRealTime();
      of.parts.resize(run.counters.size());
      for (const auto &[part, counter] : run.counters)
        of.parts.at(numberOf(part)) = counter;
    }
  }

  std::vector<Medians> medians;
};

void repeat(const Timed &task, benchmark::State &state) {
  std::vector<double> sums;
  for (auto _ : state) {
    std::vector<double> parts = task.run();
    sums.resize(parts.size());
    for (size_t i = 0; i < parts.size(); ++i)
      sums[i] += parts[i];
  }
  for (size_t i = 0; i < sums.size(); ++i)
    state.counters[std::to_string(i)] = sums[i] / static_cast<double>(state.iterations());
}

} // namespace

std::vector<Medians> measure(const std::vector<Timed> &tasks,
                             const std::function<void(const Timed &)> &begun) {
  std::string words[] = {"loup bench", "--benchmark_enable_random_interleaving=true"};
  char *argv[] = {words[0].data(), words[1].data(), nullptr};
  int argc = 2;
  benchmark::Initialize(&argc, argv);
  std::vector<bool> known(tasks.size());
  for (size_t i = 0; i < tasks.size(); ++i)
    benchmark::RegisterBenchmark(std::to_string(i).c_str(),
                                 [&, i](benchmark::State &state) {
                                   if (!known[i])
                                     begun(tasks[i]);
                                   known[i] = true;
                                   repeat(tasks[i], state);
                                 })
        ->Unit(benchmark::kSecond)
        ->UseRealTime()
        ->MinTime(leastSeconds)
        ->Repetitions(repetitions)
        ->ReportAggregatesOnly();
  MedianReporter reporter(tasks.size());
  if (benchmark::RunSpecifiedBenchmarks(&reporter) != tasks.size())
    throw InternalError("every benchmark runs");
  return reporter.medians;
}

} // namespace loup
