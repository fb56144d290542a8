// How fast kernels are, in additions and multiplications a second (`per_s`), and a second of one
// core's time (`per_cpu_s`), which busy neighbours disturb less:
//
//     kernel_benchmarks --threads=2 --benchmark_filter=linear
//
// products.py beside this file times PyTorch on the same products; run both in the same minute.
#include "tests/codegen/BoundsText.h"
#include "tests/codegen/LoadedKernel.h"

#include "runtime/ThreadPool.h"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>
#include <ctime>

namespace loup::test {
namespace {

/// `ir` with each $NAME replaced by its word.
std::string fill(std::string ir, const std::map<std::string, std::string> &words) {
  for (auto &[name, word] : words)
    for (size_t at; (at = ir.find("$" + name)) != std::string::npos;)
      ir.replace(at, name.size() + 1, word);
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
constexpr const char *feedForward = R"(
    func.func @kernel(%x: [batch, time, width:$K], %w: [hidden:$N, width:$K], %bias: [hidden:$N],
                      %key: i[], %example: i[batch], %position: i[time])
        -> [batch, time, hidden:$N] {
      %p = loup.product %x, %w : [batch, time, width:$K], [hidden:$N, width:$K]
          -> [batch, time, hidden:$N]
      %b = loup.add %p, %bias : [batch, time, hidden:$N], [hidden:$N]
      %g = loup.$A %b : [batch, time, hidden:$N]
      %y = loup.dropout %g rate 0.1 key %key at %example, %position
          : [batch, time, hidden:$N], i[], i[batch], i[time]
      return %y : [batch, time, hidden:$N]
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

constexpr const char *attention = R"(
    func.func @kernel(%q: [batch, target, head:8, head_width:64],
                      %k: [batch, target_key, head:8, head_width:64],
                      %v: [batch, target_key, head:8, head_width:64], %key: i[],
                      %example: i[batch] $PARAMETERS)
        -> ([batch, target, head:8, head_width:64], [batch, target, head:8]) {
      $POSITIONS
      %o, %l = loup.attention %q, %k, %v mask <"$MASK"> queries %qp keys %kp $DOCUMENTS
          scale 0.125 $DROPOUT {$ATTRIBUTES}
          : [batch, target, head:8, head_width:64], [batch, target_key, head:8, head_width:64],
            $TYPES -> [batch, target, head:8]
      return %o, %l : [batch, target, head:8, head_width:64], [batch, target, head:8]
    })";
constexpr const char *attentionGradient = R"(
    func.func @kernel(%q: [batch, target, head:8, head_width:64],
                      %k: [batch, target_key, head:8, head_width:64],
                      %v: [batch, target_key, head:8, head_width:64],
                      %o: [batch, target, head:8, head_width:64], %l: [batch, target, head:8],
                      %g: [batch, target, head:8, head_width:64], %key: i[],
                      %example: i[batch] $PARAMETERS)
        -> ([batch, target, head:8, head_width:64], [batch, target_key, head:8, head_width:64],
            [batch, target_key, head:8, head_width:64]) {
      $POSITIONS
      %dq, %dk, %dv = loup.attention_gradient %q, %k, %v, %o, %l, %g mask <"$MASK">
          queries %qp keys %kp $DOCUMENTS scale 0.125 $DROPOUT {$ATTRIBUTES}
          : [batch, target, head:8, head_width:64], [batch, target_key, head:8, head_width:64],
            [batch, target, head:8], $TYPES
      return %dq, %dk, %dv : [batch, target, head:8, head_width:64],
          [batch, target_key, head:8, head_width:64], [batch, target_key, head:8, head_width:64]
    })";

void report(benchmark::State &state, const LoadedKernel &kernel,
            const std::vector<Argument> &arguments, double operations) {
  auto call = kernel.prepare(arguments);
  call();
  std::clock_t start = std::clock();
  for (auto _ : state)
    call();
  double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  double all = operations * static_cast<double>(state.iterations());
  state.counters["per_s"] = benchmark::Counter(all, benchmark::Counter::kIsRate);
  state.counters["per_cpu_s"] = all / seconds;
  state.counters["compile_ms"] = kernel.seconds() * 1000;
  state.counters["object_bytes"] = static_cast<double>(kernel.objectSize());
}

/// Arguments of these shapes are random, and `data` follow.
void add(const std::string &name, const std::string &ir, std::vector<std::vector<int64_t>> shapes,
         double operations, const std::vector<Tensor> &data = {}) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State &state) {
    LoadedKernel kernel(ir, LoadedKernel::Checks::Off);
    std::vector<Argument> arguments;
    for (size_t i = 0; i < shapes.size(); ++i)
      if (kernel.argumentTypes()[i].isReal)
        arguments.push_back(randomTensor(shapes[i], i));
      else if (shapes[i].empty())
        arguments.push_back(int32_t{1});
      else
        arguments.push_back(randomIntegers(shapes[i], 1000, i));
    arguments.insert(arguments.end(), data.begin(), data.end());
    report(state, kernel, arguments, operations);
  })->UseRealTime();
}

void addProducts() {
  int64_t batch = 32, time = 32;
  for (auto [k, n] :
       {std::pair<int64_t, int64_t>{128, 128}, {128, 512}, {512, 128}, {128, 8000}, {256, 1024}}) {
    std::string size = "/" + std::to_string(k) + "x" + std::to_string(n);
    std::map<std::string, std::string> numbers = {{"K", std::to_string(k)},
                                                  {"N", std::to_string(n)}};
    double operations = 2.0 * batch * time * k * n;
    add("linear" + size, fill(linear, numbers), {{batch, time, k}, {n, k}}, operations);
    add("by_input" + size, fill(byInput, numbers), {{batch, time, n}, {n, k}}, operations);
    add("by_weight" + size, fill(byWeight, numbers), {{batch, time, n}, {batch, time, k}},
        operations);
    for (int64_t rows : {1, 4, 32, 256})
      add("step/" + std::to_string(rows) + size, fill(step, numbers), {{rows, k}, {n, k}},
          2.0 * rows * k * n);
  }
  for (const char *activation : {"relu", "gelu"})
    add(std::string("feed_forward/") + activation,
        fill(feedForward, {{"K", "128"}, {"N", "512"}, {"A", activation}}),
        {{batch, time, 128}, {512, 128}, {512}, {}, {batch}, {time}},
        2.0 * batch * time * 128 * 512);
  double operations = 2.0 * batch * time * time * 128;
  add("scores", scores, {{batch, time, 4, 32}, {batch, time, 4, 32}}, operations);
  add("weighted", weighted, {{batch, 4, time, time}, {batch, time, 4, 32}}, operations);
}

/// Each row's place in its document, and where the document ends.
std::vector<Tensor> documentsOf(int64_t batch, int64_t length, int64_t tokens) {
  Tensor positions{{batch, length}, {}, {}}, documents = positions;
  for (int64_t i = 0; i < batch * length; ++i) {
    positions.integer.push_back(static_cast<int32_t>(i % length % tokens));
    documents.integer.push_back(
        static_cast<int32_t>(std::min(i % length / tokens * tokens + tokens, length)));
  }
  return {positions, positions, documents, documents};
}

/// Heads of 64, as in most models: with the bounds that `specialised` gives, and without.
void addAttention() {
  struct Form {
    const char *name, *mask;
    bool isBounded = true, drops = false, hasDocuments = false;
  };
  for (Form form : {Form{"none", "k >= 0"},
                    {"causal", "causal"},
                    {"causal_fused", "causal", false},
                    {"window64", "causal & window(64)"},
                    {"sink_window64", "causal & (window(64) | sink(4))"},
                    {"causal_dropout", "causal", true, true},
                    {"documents64", "document", true, false, true},
                    {"documents64_fused", "document", false, false, true}}) {
    auto words = [&](bool isGradient) -> std::map<std::string, std::string> {
      Blocks blocks = form.hasDocuments ? Blocks::OfRows : Blocks::OfPositions;
      std::string attributes = form.isBounded ? boundsText(form.mask, isGradient, 16, blocks) : "";
      if (form.drops)
        attributes += ", rate = 0.1 : f32";
      std::string queries = form.hasDocuments ? "i[batch, target]" : "i[target]",
                  keys = form.hasDocuments ? "i[batch, target_key]" : "i[target_key]", parameters,
                  documents, types = queries + ", " + keys,
                  positions = "%qp = loup.positions : " + queries +
                              "\n      %kp = loup.positions : " + keys;
      if (form.hasDocuments) {
        parameters =
            ", %qp: " + queries + ", %kp: " + keys + ", %qd: " + queries + ", %kd: " + keys;
        documents = "documents %qd, %kd";
        types += " documents " + types;
        positions = "";
      }
      return {{"MASK", form.mask},
              {"ATTRIBUTES", attributes},
              {"PARAMETERS", parameters},
              {"POSITIONS", positions},
              {"DOCUMENTS", documents},
              {"DROPOUT", form.drops ? "dropout %key at %example" : ""},
              {"TYPES", types + (form.drops ? " dropout i[], i[batch]" : "")}};
    };
    for (auto [batch, length] :
         {std::pair<int64_t, int64_t>{64, 32}, {16, 128}, {4, 512}, {1, 2048}}) {
      std::string size = "/" + std::string(form.name) + "/" + std::to_string(length);
      std::vector<int64_t> rows = {batch, length, 8, 64}, sums = {batch, length, 8};
      double operations = 4.0 * batch * length * length * 8 * 64;
      auto data = form.hasDocuments ? documentsOf(batch, length, 64) : std::vector<Tensor>();
      add("attention" + size, fill(attention, words(false)), {rows, rows, rows, {}, {batch}},
          operations, data);
      add("attention_gradient" + size, fill(attentionGradient, words(true)),
          {rows, rows, rows, rows, sums, rows, {}, {batch}}, 2.5 * operations, data);
    }
  }
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
  loup::test::addAttention();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
