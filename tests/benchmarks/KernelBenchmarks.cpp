// How fast kernels are, in multiply-adds (or elements) a second: `kernel_benchmarks --threads=2
// --benchmark_filter=linear`. Compare with `products.py` beside this file, in the same minute.
#include "tests/codegen/LoadedKernel.h"

#include "runtime/ThreadPool.h"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>

namespace loup::test {
namespace {

/// `ir` with $NAME replaced by numbers.
std::string fill(std::string ir, const std::map<std::string, int64_t> &numbers) {
  for (auto &[name, number] : numbers)
    for (size_t at; (at = ir.find("$" + name)) != std::string::npos;)
      ir.replace(at, name.size() + 1, std::to_string(number));
  return ir;
}

constexpr const char *linear = R"(
    func.func @kernel(%x: [batch, time, width:$K], %w: [hidden:$N, width:$K])
        -> [batch, time, hidden:$N] {
      %y = loup.product %x, %w : [batch, time, width:$K], [hidden:$N, width:$K]
          -> [batch, time, hidden:$N]
      return %y : [batch, time, hidden:$N]
    })";
constexpr const char *byInput = R"(
    func.func @kernel(%dy: [batch, time, hidden:$N], %w: [hidden:$N, width:$K])
        -> [batch, time, width:$K] {
      %dx = loup.product %dy, %w : [batch, time, hidden:$N], [hidden:$N, width:$K]
          -> [batch, time, width:$K]
      return %dx : [batch, time, width:$K]
    })";
constexpr const char *byWeight = R"(
    func.func @kernel(%dy: [batch, time, hidden:$N], %x: [batch, time, width:$K])
        -> [hidden:$N, width:$K] {
      %dw = loup.product %dy, %x : [batch, time, hidden:$N], [batch, time, width:$K]
          -> [hidden:$N, width:$K]
      return %dw : [hidden:$N, width:$K]
    })";
constexpr const char *step = R"(
    func.func @kernel(%x: [hypothesis, width:$K], %w: [hidden:$N, width:$K])
        -> [hypothesis, hidden:$N] {
      %y = loup.product %x, %w : [hypothesis, width:$K], [hidden:$N, width:$K]
          -> [hypothesis, hidden:$N]
      return %y : [hypothesis, hidden:$N]
    })";
constexpr const char *scores = R"(
    func.func @kernel(%q: [batch, time, head:4, head_width:32],
                      %k: [batch, time_key, head:4, head_width:32])
        -> [batch, head:4, time, time_key] {
      %s = loup.product %q, %k : [batch, time, head:4, head_width:32],
          [batch, time_key, head:4, head_width:32] -> [batch, head:4, time, time_key]
      return %s : [batch, head:4, time, time_key]
    })";
constexpr const char *weighted = R"(
    func.func @kernel(%w: [batch, head:4, time, time_key],
                      %v: [batch, time_key, head:4, head_width:32])
        -> [batch, time, head:4, head_width:32] {
      %o = loup.product %w, %v : [batch, head:4, time, time_key],
          [batch, time_key, head:4, head_width:32] -> [batch, time, head:4, head_width:32]
      return %o : [batch, time, head:4, head_width:32]
    })";

void report(benchmark::State &state, const LoadedKernel &kernel,
            const std::vector<Argument> &arguments, double operations) {
  auto call = kernel.prepare(arguments);
  call();
  for (auto _ : state)
    call();
  state.counters["Gop/s"] =
      benchmark::Counter(operations * 1e-9 * state.iterations(), benchmark::Counter::kIsRate);
  state.counters["compile_s"] = kernel.seconds();
  state.counters["object_kB"] = static_cast<double>(kernel.objectSize()) / 1000;
}

void add(const std::string &name, const std::string &ir, std::vector<std::vector<int64_t>> shapes,
         double operations) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State &state) {
    LoadedKernel kernel(ir, LoadedKernel::Checks::Off);
    std::vector<Argument> arguments;
    for (size_t i = 0; i < shapes.size(); ++i)
      arguments.push_back(randomTensor(shapes[i], i));
    report(state, kernel, arguments, operations);
  })->UseRealTime();
}

void addProducts() {
  int64_t batch = 32, time = 32;
  for (auto [k, n] :
       {std::pair<int64_t, int64_t>{128, 128}, {128, 512}, {512, 128}, {128, 8000}, {256, 1024}}) {
    std::string size = "/" + std::to_string(k) + "x" + std::to_string(n);
    std::map<std::string, int64_t> numbers = {{"K", k}, {"N", n}};
    double operations = 2.0 * batch * time * k * n;
    add("linear" + size, fill(linear, numbers), {{batch, time, k}, {n, k}}, operations);
    add("by_input" + size, fill(byInput, numbers), {{batch, time, n}, {n, k}}, operations);
    add("by_weight" + size, fill(byWeight, numbers), {{batch, time, n}, {batch, time, k}},
        operations);
    for (int64_t rows : {1, 4, 32, 256})
      add("step/" + std::to_string(rows) + size, fill(step, numbers), {{rows, k}, {n, k}},
          2.0 * rows * k * n);
  }
  double operations = 2.0 * batch * time * time * 128;
  add("scores", scores, {{batch, time, 4, 32}, {batch, time, 4, 32}}, operations);
  add("weighted", weighted, {{batch, 4, time, time}, {batch, time, 4, 32}}, operations);
}

} // namespace
} // namespace loup::test

int main(int argc, char **argv) {
  int threads = 1;
  for (int i = 1; i < argc; ++i)
    if (std::strncmp(argv[i], "--threads=", 10) == 0)
      threads = std::atoi(argv[i] + 10);
  loup::setThreadCount(threads);
  loup::test::addProducts();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
