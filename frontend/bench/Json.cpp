#include "frontend/bench/Results.h"

#include <nlohmann/json.hpp>

namespace loup {

std::string jsonOf(const Results &results) {
  nlohmann::ordered_json measurements = nlohmann::ordered_json::array();
  for (const Measurement &measurement : results.measurements) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const Row &row : measurement.rows)
      rows.push_back({{"rung", row.rung},
                      {"seconds", row.seconds},
                      {"ratio", row.seconds / measurement.rows.front().seconds},
                      {"tokens", row.tokens},
                      {"tokens_per_second", row.tokens / row.seconds},
                      {"useful_operations", row.operations},
                      {"operations_per_second", row.operations / row.seconds},
                      {"share_of_peak", row.operations / row.seconds / results.machine.peak},
                      {"memory_bytes", row.memoryBytes},
                      {"mask_bytes", row.maskBytes},
                      {"padding_share", row.padding}});
    measurements.push_back({{"task", measurement.task},
                            {"part", measurement.part},
                            {"data", measurement.data},
                            {"rows", rows}});
  }
  return nlohmann::ordered_json({{"model", results.model},
                                 {"loup", results.version},
                                 {"machine",
                                  {{"cpu", results.machine.cpu},
                                   {"threads", results.machine.threads},
                                   {"peak_operations_per_second", results.machine.peak}}},
                                 {"measurements", measurements}})
             .dump(2) +
         "\n";
}

} // namespace loup
