#include "runtime/Optimizer.h"

#include "runtime/Errors.h"
#include "runtime/Random.h"
#include "runtime/Schedule.h"
#include "runtime/ThreadPool.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace loup {
namespace {

struct Case {
  const char *name;
  OptimizerDescription description;
  double rate, clip;
  std::array<float, 5> expected; // printed by tests/parity/optimizers.py
};

void PrintTo(const Case &c, std::ostream *out) { *out << c.name; }

OptimizerDescription adam(const char *kind, double beta1, double beta2, double epsilon,
                          double decay) {
  OptimizerDescription description;
  description.kind = kind;
  description.beta1 = beta1, description.beta2 = beta2;
  description.epsilon = epsilon, description.weightDecay = decay;
  return description;
}

OptimizerDescription sgd(double momentum, double decay) {
  OptimizerDescription description;
  description.kind = "sgd";
  description.momentum = momentum, description.weightDecay = decay;
  return description;
}

class OptimizerTest : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(
    Cases, OptimizerTest,
    testing::Values(Case{"sgd",
                         sgd(0, 0),
                         0.1,
                         0,
                         {0.28157708f, -0.0887986422f, 1.59295917f, -2.52613473f, -0.818791211f}},
                    Case{"sgd, momentum 0.9, decay 0.01",
                         sgd(0.9, 0.01),
                         0.1,
                         0,
                         {-0.297768801f, 0.320767969f, 3.07409739f, -3.76570725f, -2.93001676f}},
                    Case{"sgd, clip 1.5",
                         sgd(0, 0),
                         0.1,
                         1.5,
                         {0.43795979f, -0.19106029f, 1.16333842f, -2.17400002f, -0.216183484f}},
                    Case{"adam",
                         adam("adam", 0.9, 0.999, 1e-8, 0),
                         0.01,
                         0,
                         {0.460823506f, -0.245127976f, 1.0355016f, -2.01438379f, -0.0308337472f}},
                    Case{"adam, betas 0.8 0.98, epsilon 1e-3, decay 0.1, clip 1.5",
                         adam("adam", 0.8, 0.98, 1e-3, 0.1),
                         0.01,
                         1.5,
                         {0.450805455f, -0.239701182f, 1.02005112f, -1.9925679f, -0.0272672977f}},
                    Case{
                        "adamw, decay 0.1",
                        adam("adamw", 0.9, 0.999, 1e-8, 0.1),
                        0.01,
                        0,
                        {0.456109852f, -0.242640406f, 1.02530563f, -1.99441099f, -0.0306207035f}}));

TEST_P(OptimizerTest, AgreesWithPyTorch) {
  const float tokens = 7; // gradients arrive as sums over so many
  std::vector<float> weights = {0.5f, -0.25f, 1.0f, -2.0f, 0.0f}, gradients(5);
  Optimizer optimizer(GetParam().description, weights.size());
  for (int step = 1; step <= 10; ++step) {
    for (int i = 0; i < 5; ++i)
      gradients[i] = static_cast<float>(tokens * (i + 1) * std::sin(1.7 * i + 0.9 * step));
    double norm = optimizer.globalNorm(gradients) / tokens;
    optimizer.update(weights, gradients, clipFactor(norm, GetParam().clip) / tokens,
                     GetParam().rate, step);
  }
  for (int i = 0; i < 5; ++i)
    EXPECT_NEAR(weights[i], GetParam().expected[i], 2e-6) << i;
}

TEST(OptimizerThreadsTest, TheNumberOfThreadsChangesNoBit) {
  const size_t size = 100003; // several chunks, the last one odd
  auto train = [&](int threads) {
    setThreadCount(threads);
    std::vector<float> weights(size), gradients(size);
    Optimizer optimizer(adam("adam", 0.9, 0.98, 1e-8, 0.01), size);
    double norm = 0;
    for (int step = 1; step <= 3; ++step) {
      for (size_t i = 0; i < size; ++i)
        gradients[i] = static_cast<float>(randomNormal(step, i));
      norm = optimizer.globalNorm(gradients);
      optimizer.update(weights, gradients, clipFactor(norm, 1), 0.1, step);
    }
    setThreadCount(1);
    weights.push_back(static_cast<float>(norm));
    return weights;
  };
  auto one = train(1);
  EXPECT_EQ(one, train(2));
  EXPECT_EQ(one, train(3));
  double norm = one.back();
  EXPECT_NEAR(norm, std::sqrt(size), 0.01 * norm);
}

TEST(OptimizerThreadsTest, AnUnknownKindIsOurError) {
  OptimizerDescription description;
  description.kind = "adagrad";
  EXPECT_THROW(Optimizer(description, 1), InternalError);
}

TEST(ClipTest, LeavesSmallGradientsAlone) {
  EXPECT_EQ(clipFactor(0.5, 1), 1);
  EXPECT_EQ(clipFactor(1e9, 0), 1);
  EXPECT_DOUBLE_EQ(clipFactor(4, 1), 1 / (4 + 1e-6));
}

TEST(ScheduleTest, FollowsItsFormulas) {
  ScheduleDescription schedule;
  schedule.rate = 1e-3;
  EXPECT_DOUBLE_EQ(learningRate(schedule, 12345, 0), 1e-3);

  schedule.kind = "inverse_sqrt";
  schedule.warmup = 400;
  EXPECT_DOUBLE_EQ(learningRate(schedule, 100, 0), 2.5e-4);
  EXPECT_DOUBLE_EQ(learningRate(schedule, 400, 0), 1e-3);
  EXPECT_DOUBLE_EQ(learningRate(schedule, 1600, 0), 5e-4);
  schedule.warmup = 0;
  EXPECT_DOUBLE_EQ(learningRate(schedule, 4, 0), 5e-4);

  schedule.kind = "plateau";
  EXPECT_DOUBLE_EQ(learningRate(schedule, 7, 0), 1e-3);
  EXPECT_DOUBLE_EQ(learningRate(schedule, 7, 2), 6.25e-5);

  // From `warmup` on, torch.optim.lr_scheduler.CosineAnnealingLR with T_max = 90.
  schedule.kind = "cosine";
  schedule.warmup = 10, schedule.steps = 100;
  EXPECT_DOUBLE_EQ(learningRate(schedule, 5, 0), 5e-4);
  EXPECT_DOUBLE_EQ(learningRate(schedule, 10, 0), 1e-3);
  EXPECT_DOUBLE_EQ(learningRate(schedule, 40, 0), 7.5e-4);
  EXPECT_DOUBLE_EQ(learningRate(schedule, 55, 0), 5e-4);
  EXPECT_DOUBLE_EQ(learningRate(schedule, 100, 0), 0);
  EXPECT_DOUBLE_EQ(learningRate(schedule, 1000, 0), 0);

  schedule.kind = "linear";
  EXPECT_THROW(learningRate(schedule, 1, 0), InternalError);
}

} // namespace
} // namespace loup
