// What was measured, and its three forms: a table, JSON and a chart.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace loup {

struct Machine {
  std::string cpu;
  int threads = 0;
  double peak = 0; // floating-point operations a second, measured
};

/// One rung at one task. A multiply-add is two floating-point operations.
struct Row {
  std::string rung;
  double seconds = 0;      // the median of all repetitions
  double tokens = 0;       // real ones: of the target in training, generated ones in decoding,
                           // queries in an attention
  double operations = 0;   // of products, on real tokens and allowed pairs
  int64_t memoryBytes = 0; // weights, gradients, states and values; of an attention, its values
  int64_t maskBytes = 0;   // of masks that exist as tensors
  double padding = 0;      // the share of the computed positions that hold padding
};

struct Measurement {
  std::string task; // "training step", "decoding", "attention forward" or "... backward"
  std::string part; // of an attention: its name, mask, heads
  std::string data; // "32 sentences of 128 tokens"
  std::vector<Row> rows;
};

struct Results {
  std::string model, version;
  Machine machine;
  std::vector<Measurement> measurements;
};

/// "12.3 ms", three digits.
std::string formatSeconds(double seconds);

std::string tableOf(const Results &results); // at most 100 columns
std::string jsonOf(const Results &results);
std::string chartOf(const Results &results); // SVG

} // namespace loup
