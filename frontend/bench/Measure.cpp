#include "frontend/bench/Measure.h"

#include "runtime/Errors.h"

#include <benchmark/benchmark.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace loup {
namespace {

constexpr int repetitions = 9, repetitionsOfSlow = 5;
constexpr double slowSeconds = 1, leastSeconds = 0.05; // of a run, of a repetition

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

double medianOf(std::vector<double> values) {
  auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void repeat(const Timed &task, benchmark::State &state) {
  std::vector<std::vector<double>> parts; // [part, iteration]
  for (auto _ : state) {
    std::vector<double> seconds = task.run();
    parts.resize(seconds.size());
    for (size_t i = 0; i < seconds.size(); ++i)
      parts[i].push_back(seconds[i]);
  }
  for (size_t i = 0; i < parts.size(); ++i)
    state.counters[std::to_string(i)] = medianOf(parts[i]);
}

/// The first run is not measured: it finds memory that nobody has touched.
int repetitionsWorth(const Timed &task) {
  auto start = std::chrono::steady_clock::now();
  task.run();
  std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  return seconds.count() < slowSeconds ? repetitions : repetitionsOfSlow;
}

} // namespace

std::vector<Medians> measure(const std::vector<Timed> &tasks,
                             const std::function<void(const std::string &)> &begun) {
  std::string words[] = {"loup bench", "--benchmark_enable_random_interleaving=true"};
  char *argv[] = {words[0].data(), words[1].data(), nullptr};
  int argc = 2;
  benchmark::Initialize(&argc, argv);
  for (size_t i = 0; i < tasks.size(); ++i) {
    begun(tasks[i].name);
    benchmark::RegisterBenchmark(std::to_string(i).c_str(),
                                 [&, i](benchmark::State &state) { repeat(tasks[i], state); })
        ->Unit(benchmark::kSecond)
        ->UseRealTime()
        ->MinTime(leastSeconds)
        ->Repetitions(repetitionsWorth(tasks[i]))
        ->ReportAggregatesOnly();
  }
  begun("all in turn");
  MedianReporter reporter(tasks.size());
  if (benchmark::RunSpecifiedBenchmarks(&reporter) != tasks.size())
    throw InternalError("every benchmark runs");
  return reporter.medians;
}

} // namespace loup
