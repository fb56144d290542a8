#include "codegen/PeakRate.h"

#include "runtime/ThreadPool.h"

#include <Halide.h>

#include <algorithm>
#include <chrono>
#include <vector>

using namespace Halide;

namespace loup {
namespace {

constexpr int chains =
    12; // vectors: with two units and a latency of 4 or 5, enough; they fit in 16
constexpr int length = 4096; // of a chain
constexpr int tiles = 64;    // of chains, one after the other, in one call
constexpr int trials = 200;

} // namespace

double measurePeakRate() {
  Target target = get_host_target();
  const int columns = chains * target.natural_vector_size<float>();

  Param<float> factor;
  ImageParam addends(Float(32), 1);
  Var x, tile;
  RDom step(0, length);
  Func sum, result;
  sum(x, tile) = cast<float>(x);
  sum(x, tile) = sum(x, tile) * factor + addends(step);
  result(x, tile) = sum(x, tile);

  result.bound(x, 0, columns).vectorize(x, target.natural_vector_size<float>()).unroll(x);
  sum.compute_at(result, tile).bound_extent(x, columns);
  sum.vectorize(x, target.natural_vector_size<float>()).unroll(x);
  sum.update().reorder(x, step).vectorize(x, target.natural_vector_size<float>()).unroll(x);
  Callable kernel = result.compile_to_callable({factor, addends}, target);

  Buffer<float> ones(length);
  ones.fill(1);
  const int threads = threadCount();
  std::vector<Buffer<float>> results;
  for (int i = 0; i < threads; ++i)
    results.emplace_back(columns, tiles);
  double best = 0;
  for (int trial = 0; trial < trials; ++trial) {
    auto start = std::chrono::steady_clock::now();
    parallelFor(threads, [&](int i) { kernel(0.5f, ones, results[i]); });
    std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::max(best, double(threads) * columns * length * tiles / seconds.count());
  }
  return best;
}

} // namespace loup
