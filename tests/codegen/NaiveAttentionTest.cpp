#include "tests/codegen/NaiveAttention.h"

#include <gtest/gtest.h>

namespace loup::test {
namespace {

TEST(NaiveAttention, GradientsAreFiniteDifferences) {
  NaiveAttention naive;
  naive.batch = 2, naive.queries = 4, naive.keys = 5, naive.heads = 2, naive.width = 3;
  naive.scale = 0.7;
  naive.allowed = [](int64_t b, int64_t q, int64_t k) { return k <= q + b; };
  naive.factor = [](int64_t b, int64_t h, int64_t q, int64_t k) {
    return (b + h + 2 * q + k) % 5 == 0 ? 0 : 1.25;
  };
  auto random = [](int64_t size, uint64_t key) {
    NaiveAttention::Values values;
    for (int64_t i = 0; i < size; ++i)
      values.push_back(randomNormal(key, i));
    return values;
  };
  naive.query = random(2 * 4 * 2 * 3, 1);
  naive.key = random(2 * 5 * 2 * 3, 2);
  naive.value = random(2 * 5 * 2 * 3, 3);
  NaiveAttention::Values gradient = random(naive.query.size(), 4);
  naive.forward();
  naive.backward(gradient);
  NaiveAttention::Values analytic[] = {naive.queryGradient, naive.keyGradient, naive.valueGradient};
  NaiveAttention::Values *inputs[] = {&naive.query, &naive.key, &naive.value};
  auto loss = [&] {
    naive.forward();
    double sum = 0;
    for (size_t i = 0; i < gradient.size(); ++i)
      sum += gradient[i] * naive.output[i];
    return sum;
  };
  for (int which = 0; which < 3; ++which)
    for (size_t i = 0; i < inputs[which]->size(); ++i) {
      double &x = (*inputs[which])[i], old = x, step = 1e-5;
      x = old + step;
      double above = loss();
      x = old - step;
      double below = loss();
      x = old;
      EXPECT_NEAR(analytic[which][i], (above - below) / (2 * step), 1e-8);
    }
}

} // namespace
} // namespace loup::test
