#include "frontend/bench/Bench.h"

#include "codegen/BuildExecutable.h"
#include "codegen/Installation.h"
#include "frontend/Compilation.h"
#include "frontend/DescribeSpec.h"
#include "frontend/bench/BuiltRung.h"
#include "frontend/bench/GreedyDecoder.h"
#include "frontend/bench/Machine.h"
#include "frontend/bench/Measure.h"
#include "frontend/bench/Results.h"
#include "frontend/bench/UsefulWork.h"
#include "frontend/bench/Workload.h"
#include "runtime/Errors.h"
#include "runtime/Files.h"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <unistd.h>

namespace loup {
namespace {

const Ragged &sideOf(const Batch &batch, const std::string &side) {
  return side == "source" ? batch.source : batch.target;
}

std::vector<const Ragged *> sidesOf(const Workload &workload,
                                    const std::vector<std::string> &sides) {
  std::vector<const Ragged *> all;
  for (const Batch &batch : workload.batches)
    for (const std::string &side : sides)
      all.push_back(&sideOf(batch, side));
  return all;
}

/// The share of padding where each of `sides` is made as long as its longest sequence.
double paddingOf(const std::vector<const Ragged *> &sides) {
  double real = 0, all = 0;
  for (const Ragged *side : sides) {
    real += static_cast<double>(side->tokens.size());
    all += static_cast<double>(side->count() * longest(*side));
  }
  return 1 - real / all;
}

class Bench {
public:
  explicit Bench(const BenchOptions &options)
      : options(options), compilation(options.spec),
        description(makeDescription(compilation.spec())), compiler(findCompiler()),
        work(compilation.textbook(), compilation.spec().data) {}

  void run() {
    requireInstallation();
    checkFiles();
    workloads =
        makeWorkloads(options, compilation.spec().data, description,
                      [&](const std::string &line) { compilation.progress.print(line + "\n"); });
    compilation.progress.show("measuring the machine");
    results = {description.name, LOUP_VERSION, measureMachine(options.threads), {}};
    for (const std::string &schedule : options.schedules)
      rungs.emplace_back(schedule, compilation, compiler, work.attentions(),
                         results.machine.threads);
    reserve();
    measureAll();
    compilation.progress.print("");
    write();
  }

private:
  void checkFiles() const {
    std::vector<NamedFile> inputs = compilation.inputs(),
                           outputs{{"--json", options.json}, {"--svg", options.svg}};
    if (options.data)
      inputs.insert(inputs.end(),
                    {{"--data", options.data->source}, {"--data", options.data->target}});
    requireNothingLost(inputs, outputs);
    requireWritable(outputs);
  }

  /// Throws where the models do not fit into the machine together.
  void reserve() {
    double bytes = 0;
    for (const BuiltRung &rung : rungs) {
      int64_t most = 0;
      for (const Workload &workload : workloads)
        for (const Batch &batch : workload.batches)
          most = std::max(most, rung.trainingBytes(batch));
      bytes += static_cast<double>(most);
    }
    double machine = double(sysconf(_SC_PHYS_PAGES)) * double(sysconf(_SC_PAGESIZE));
    if (bytes > 0.9 * machine)
      throw UserError(fmt::format("these schedules take {:.1f} GB together, and the machine has "
                                  "{:.1f}: give fewer --schedules or shorter --lengths",
                                  bytes / 1e9, machine / 1e9));
    Limits limits = limitsOf(workloads), decoding = limits;
    decoding.targetLength = 0;
    for (const Workload &workload : workloads)
      decoding.targetLength = std::max<int64_t>(decoding.targetLength, decodingSteps(workload));
    for (BuiltRung &rung : rungs) {
      rung.model().reserveTraining(limits);
      rung.model().reserveDecoding(decoding);
    }
  }

  void measureAll() {
    std::vector<Timed> tasks;
    for (const Workload &workload : workloads)
      for (BuiltRung &rung : rungs) {
        tasks.push_back({fmt::format("{}: training on {}", rung.name(), workload.name),
                         [&] { return train(rung, workload); }});
        tasks.push_back({fmt::format("{}: decoding {}", rung.name(), workload.name),
                         [&] { return decode(rung, workload); }});
      }
    std::vector<Medians> medians = measure(
        tasks, [&](const std::string &name) { compilation.progress.show("measuring " + name); });
    auto next = medians.begin();
    for (const Workload &workload : workloads) {
      std::vector<Medians> training, decoding;
      for (size_t i = 0; i < rungs.size(); ++i) {
        training.push_back(*next++);
        decoding.push_back(*next++);
      }
      reportTraining(workload, training);
      reportDecoding(workload, decoding);
      for (size_t kind = 0; kind < work.attentions().size(); ++kind)
        for (bool backward : {false, true})
          reportAttention(workload, kind, backward, training);
    }
  }

  /// A step for each batch.
  static std::vector<double> train(BuiltRung &rung, const Workload &workload) {
    for (const Batch &batch : workload.batches)
      rung.model().trainStep(batch, /*dropoutKey=*/1);
    return rung.partSeconds();
  }

  static std::vector<double> decode(BuiltRung &rung, const Workload &workload) {
    decodeGreedily(rung.model(), workload.batches.front().source, decodingSteps(workload));
    return {};
  }

  /// Of the batches of a workload, the mean, and the largest.
  template <class Count> static double mean(const Workload &workload, Count count) {
    double sum = 0;
    for (const Batch &batch : workload.batches)
      sum += static_cast<double>(count(batch));
    return sum / static_cast<double>(workload.batches.size());
  }
  template <class Count> static int64_t most(const Workload &workload, Count count) {
    int64_t result = 0;
    for (const Batch &batch : workload.batches)
      result = std::max<int64_t>(result, count(batch));
    return result;
  }

  void reportTraining(const Workload &workload, const std::vector<Medians> &medians) {
    Measurement step{"training step", "", workload.name, {}};
    auto median = medians.begin();
    for (const BuiltRung &rung : rungs)
      step.rows.push_back({
          .rung = rung.name(),
          .seconds = median++->seconds / double(workload.batches.size()),
          .tokens = mean(workload, [](const Batch &b) { return b.target.tokens.size(); }),
          .operations = mean(workload, [&](const Batch &b) { return work.training(b); }),
          .memoryBytes = most(workload, [&](const Batch &b) { return rung.trainingBytes(b); }),
          .maskBytes = most(workload, [&](const Batch &b) { return rung.trainingMaskBytes(b); }),
          .padding = rung.isDense() ? paddingOf(sidesOf(workload, {"source", "target"})) : 0,
      });
    results.measurements.push_back(std::move(step));
  }

  void reportDecoding(const Workload &workload, const std::vector<Medians> &medians) {
    const Ragged &source = workload.batches.front().source;
    int32_t steps = decodingSteps(workload);
    double operations = work.decoding(source, decodeGreedily(rungs.back().model(), source, steps));
    Measurement decoding{"decoding",
                         "",
                         fmt::format("{} steps for {} sentence{}", steps, source.count(),
                                     source.count() == 1 ? "" : "s"),
                         {}};
    auto median = medians.begin();
    for (const BuiltRung &rung : rungs)
      decoding.rows.push_back({
          .rung = rung.name(),
          .seconds = median++->seconds,
          .tokens = double(steps) * source.count(),
          .operations = operations,
          .memoryBytes = rung.decodingBytes(source, steps),
          .maskBytes = rung.decodingMaskBytes(source, steps),
          .padding = rung.isDense() ? paddingOf({&source}) : 0,
      });
    results.measurements.push_back(std::move(decoding));
  }

  void reportAttention(const Workload &workload, size_t number, bool backward,
                       const std::vector<Medians> &medians) {
    const AttentionKind &kind = work.attentions()[number];
    size_t part = partOf(number, backward);
    Measurement attention{backward ? "attention backward" : "attention forward",
                          fmt::format("{}: {}", kind.names.front(), kind.words),
                          workload.name,
                          {}};
    auto queries = [&](const Batch &b) { return sideOf(b, kind.querySide).tokens.size(); };
    auto median = medians.begin();
    for (const BuiltRung &rung : rungs)
      attention.rows.push_back({
          .rung = rung.name(),
          .seconds = median++->parts.at(part) / double(workload.batches.size()),
          .tokens = mean(workload, queries),
          .operations =
              mean(workload, [&](const Batch &b) { return work.attention(kind, b, backward); }),
          .memoryBytes = most(workload, [&](const Batch &b) { return rung.partBytes(part, b); }),
          .maskBytes = most(workload, [&](const Batch &b) { return rung.partMaskBytes(part, b); }),
          .padding = rung.isDense() ? paddingOf(sidesOf(workload, {kind.querySide})) : 0,
      });
    results.measurements.push_back(std::move(attention));
  }

  void write() const {
    fmt::print("{}", tableOf(results));
    if (!options.json.empty())
      writeFile(options.json, jsonOf(results));
    if (!options.svg.empty())
      writeFile(options.svg, chartOf(results));
  }

  const BenchOptions &options;
  Compilation compilation;
  Description description;
  Compiler compiler;
  std::vector<Workload> workloads;
  UsefulWork work;
  std::list<BuiltRung> rungs;
  Results results;
};

} // namespace

void bench(const BenchOptions &options) { Bench(options).run(); }

} // namespace loup
