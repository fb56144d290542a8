// Attention and its gradients as plain loops in double precision.
#pragma once

#include "tests/codegen/Tensor.h"

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace loup::test {

/// query, output and their gradients are [batch, queries, heads, width]; key, value and theirs
/// [batch, keys, heads, width]; logSum is [batch, queries, heads].
struct NaiveAttention {
  int64_t batch = 0, queries = 0, keys = 0, heads = 0, width = 0;
  double scale = 1;
  std::function<bool(int64_t b, int64_t q, int64_t k)> allowed = [](auto...) { return true; };
  /// What dropout multiplies a weight by.
  std::function<double(int64_t b, int64_t h, int64_t q, int64_t k)> factor = [](auto...) {
    return 1.0;
  };

  /// What is added to a pair's score.
  std::function<double(int64_t h, int64_t q, int64_t k)> term = [](auto...) { return 0.0; };
  /// The row of a table of so many that the term is from.
  int64_t buckets = 0;
  std::function<int64_t(int64_t q, int64_t k)> bucket;

  using Values = std::vector<double>;
  Values query, key, value;
  Values output, logSum;                            // of forward()
  Values queryGradient, keyGradient, valueGradient; // of backward()
  Values bucketGradient;                            // [batch, queries, heads, buckets]

  size_t atQuery(int64_t b, int64_t q, int64_t h, int64_t e = 0) const {
    return ((b * queries + q) * heads + h) * width + e;
  }
  size_t atKey(int64_t b, int64_t k, int64_t h, int64_t e = 0) const {
    return ((b * keys + k) * heads + h) * width + e;
  }

  void forward() {
    output.assign(query.size(), 0);
    logSum.assign(batch * queries * heads, -std::numeric_limits<double>::infinity());
    forEachRow([&](int64_t b, int64_t q, int64_t h) {
      double total = 0;
      for (int64_t k = 0; k < keys; ++k)
        if (allowed(b, q, k))
          total += std::exp(score(b, q, h, k));
      double &sum = logSum[(b * queries + q) * heads + h];
      sum = std::log(total);
      for (int64_t k = 0; k < keys; ++k)
        if (allowed(b, q, k))
          for (int64_t e = 0; e < width; ++e)
            output[atQuery(b, q, h, e)] +=
                std::exp(score(b, q, h, k) - sum) * factor(b, h, q, k) * value[atKey(b, k, h, e)];
    });
  }

  /// From the loss's gradient by the output, by the chain rule; after forward().
  void backward(const Values &gradient) {
    queryGradient.assign(query.size(), 0);
    keyGradient.assign(key.size(), 0);
    valueGradient.assign(value.size(), 0);
    bucketGradient.assign(batch * queries * heads * buckets, 0);
    forEachRow([&](int64_t b, int64_t q, int64_t h) {
      const double *dy = &gradient[atQuery(b, q, h)];
      Values weights(keys), byWeight(keys);
      double mean = 0;
      for (int64_t k = 0; k < keys; ++k) {
        if (!allowed(b, q, k))
          continue;
        weights[k] = std::exp(score(b, q, h, k) - logSum[(b * queries + q) * heads + h]);
        for (int64_t e = 0; e < width; ++e) {
          byWeight[k] += factor(b, h, q, k) * dy[e] * value[atKey(b, k, h, e)];
          valueGradient[atKey(b, k, h, e)] += factor(b, h, q, k) * weights[k] * dy[e];
        }
        mean += weights[k] * byWeight[k];
      }
      for (int64_t k = 0; k < keys; ++k) {
        double byScore = weights[k] * (byWeight[k] - mean);
        if (buckets)
          bucketGradient[((b * queries + q) * heads + h) * buckets + bucket(q, k)] += byScore;
        for (int64_t e = 0; e < width; ++e) {
          queryGradient[atQuery(b, q, h, e)] += scale * byScore * key[atKey(b, k, h, e)];
          keyGradient[atKey(b, k, h, e)] += scale * byScore * query[atQuery(b, q, h, e)];
        }
      }
    });
  }

  /// [bucket, head]
  Values tableGradient() const {
    Values sums(buckets * heads);
    for (size_t i = 0; i < bucketGradient.size(); ++i)
      sums[i % buckets * heads + i / buckets % heads] += bucketGradient[i];
    return sums;
  }

private:
  double score(int64_t b, int64_t q, int64_t h, int64_t k) const {
    double dot = 0;
    for (int64_t e = 0; e < width; ++e)
      dot += query[atQuery(b, q, h, e)] * key[atKey(b, k, h, e)];
    return scale * dot + term(h, q, k);
  }

  template <class Body> void forEachRow(Body body) const {
    for (int64_t b = 0; b < batch; ++b)
      for (int64_t q = 0; q < queries; ++q)
        for (int64_t h = 0; h < heads; ++h)
          body(b, q, h);
  }
};

} // namespace loup::test
