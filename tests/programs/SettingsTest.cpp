// What a description sets, seen from outside: learned positions, tying, optimisers and schedules.
#include "tests/programs/ProgramTest.h"

#include <cmath>
#include <filesystem>
#include <numbers>
#include <numeric>

namespace loup::test {
namespace {

using nlohmann::json;

class Settings : public ProgramTest, public testing::WithParamInterface<const char *> {
protected:
  Settings() : ProgramTest(GetParam()) {
    writeIds("train", 100);
    writeIds("valid", 30);
  }

  /// The mean loss of the pair `name`, by the translator's scores.
  double meanLoss(const std::string &model, const std::string &name) {
    double sum = 0;
    size_t tokens = 0;
    for (const std::vector<double> &line :
         score(model, readFile(folder / (name + ".src")), readFile(folder / (name + ".tgt")))) {
      sum -= std::accumulate(line.begin(), line.end(), 0.0);
      tokens += line.size();
    }
    return sum / static_cast<double>(tokens);
  }

  /// The gradient of that, by the trainer.
  std::map<std::string, std::vector<float>> gradients(const std::string &model,
                                                      const std::string &name) {
    Ending ending = run(join(
        {{trainer(), "--quiet", "--steps", "1", "--batch-lines", "30", "--save", folder / "unused",
          "--init", model, "--save-gradients", folder / "gradients", "--train"},
         pair(name)}));
    EXPECT_EQ(ending.code, 0) << ending.errors;
    return tensorsOf(folder / "gradients");
  }

  Words validating() const { return join({{"--valid-every", "50", "--valid"}, pair("valid")}); }

  std::string model = folder / "model";
};

class AnySettings : public Settings {};

INSTANTIATE_TEST_SUITE_P(Descriptions, AnySettings, testing::Values("learned", "tied"),
                         [](const auto &name) { return name.param; });

TEST_P(AnySettings, TheLossFalls) {
  std::vector<double> losses =
      column(trainLogged(model, join({{"--steps", "300"}, validating()})), "loss");
  EXPECT_LT(std::accumulate(losses.end() - 10, losses.end(), 0.0),
            std::accumulate(losses.begin(), losses.begin() + 10, 0.0) - 2);
}

TEST_P(AnySettings, ScoresAgreeWithTheValidationLoss) {
  std::vector<json> log = trainLogged(model, join({{"--steps", "300"}, validating()}));
  EXPECT_NEAR(meanLoss(model, "valid"), log.back()["validation_loss"].get<double>(), 1e-5);
}

TEST_P(AnySettings, DecodingAgreesWithTeacherForcing) {
  train(model, join({{"--steps", "300"}, validating()}));
  std::string input = readFile(folder / "valid.src");
  expectStepsOfTeacherForcing(
      model, input,
      search(model, input, {"--beam", "3", "--n-best", "3", "--length-penalty", "0"}));
}

class Learned : public Settings {};

INSTANTIATE_TEST_SUITE_P(Descriptions, Learned, testing::Values("learned"),
                         [](const auto &name) { return name.param; });

// Along its own direction a tensor's gradient is as long as the loss is steep.
TEST_P(Learned, GradientsAreTheSlopesOfTheScores) {
  train(model, join({{"--steps", "20"}, validating()}));
  std::string shifted = folder / "shifted";
  auto slopes = gradients(model, "valid");
  EXPECT_TRUE(slopes.contains("source_position.weight") &&
              slopes.contains("target_position.weight"));
  for (const auto &[name, gradient] : slopes) {
    double square = std::inner_product(gradient.begin(), gradient.end(), gradient.begin(), 0.0);
    double length = std::sqrt(square), step = 0.02 / length;
    if (length < 1e-4) // too flat for differences of floats: keys' biases have no slope at all
      continue;
    double losses[2];
    for (int i : {0, 1}) {
      std::filesystem::copy(model, shifted, std::filesystem::copy_options::overwrite_existing);
      shiftTensor(shifted, name, gradient, i ? step : -step);
      losses[i] = meanLoss(shifted, "valid");
    }
    EXPECT_NEAR((losses[1] - losses[0]) / (2 * step) / square, 1, 0.02) << name;
  }
}

TEST_P(Learned, TheRateFallsAsACosine) {
  std::vector<json> log = trainLogged(model, {"--steps", "60"});
  std::vector<double> rates = column(log, "learning_rate");
  for (int i = 0; i < 60; ++i) {
    int step = i + 1;
    double rate =
        step < 5 ? 0.1 * step / 5 : 0.05 * (1 + std::cos(std::numbers::pi * (step - 5) / 295));
    EXPECT_NEAR(rates[i], rate, 1e-9) << step;
  }
}

// SGD with momentum: the second step moves by the rate times (gradient + 0.9 x first gradient).
TEST_P(Learned, StepsAreThoseOfSgdWithMomentumAndClipping) {
  Words same{"--no-shuffle", "--batch-lines", "100"};
  train(folder / "0", join({same, {"--steps", "1", "--learning-rate", "1e-30"}}));
  auto first = join({same, {"--init", folder / "0", "--save-gradients", folder / "g1"}});
  std::vector<json> log = trainLogged(folder / "1", join({first, {"--steps", "1"}}));
  train(folder / "2", join({first, {"--steps", "2"}}));
  train(folder / "unused",
        join({same, {"--init", folder / "1", "--steps", "1", "--save-gradients", folder / "g2"}}));
  auto clip = [&](const char *file) {
    double square = 0;
    for (const auto &[name, values] : tensorsOf(folder / file))
      square += std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
    return std::min(1.0, 1 / std::sqrt(square));
  };
  double rates[2] = {0.1 / 5, 0.1 * 2 / 5}, clips[2] = {clip("g1"), clip("g2")};
  EXPECT_LT(clips[0], 0.95);
  auto w0 = tensorsOf(folder / "0"), w1 = tensorsOf(folder / "1"), w2 = tensorsOf(folder / "2"),
       g1 = tensorsOf(folder / "g1"), g2 = tensorsOf(folder / "g2");
  for (const auto &[name, start] : w0)
    for (size_t i = 0; i < start.size(); ++i) {
      double m1 = clips[0] * g1[name][i], m2 = 0.9 * m1 + clips[1] * g2[name][i];
      ASSERT_NEAR(w1[name][i], start[i] - rates[0] * m1, 1e-6) << name << " " << i;
      ASSERT_NEAR(w2[name][i], w1[name][i] - rates[1] * m2, 1e-6) << name << " " << i;
    }
}

TEST_P(Learned, TwoTiedMatricesAreStoredOnce) {
  train(model, {"--steps", "1"});
  auto tensors = tensorsOf(model);
  EXPECT_EQ(tensors["source_embedding.weight"].size(), 37 * 32u);
  EXPECT_EQ(tensors["target_embedding.weight"].size(), 41 * 32u);
  EXPECT_EQ(tensors["source_position.weight"].size(), 24 * 32u);
  EXPECT_EQ(tensors["output.bias"].size(), 41u);
  EXPECT_FALSE(tensors.contains("output.weight"));
}

class Tied : public Settings {};

INSTANTIATE_TEST_SUITE_P(Descriptions, Tied, testing::Values("tied"),
                         [](const auto &name) { return name.param; });

TEST_P(Tied, ThreeTiedMatricesAreStoredOnce) {
  train(model, join({{"--steps", "1", "--learning-rate", "1e-30"}, validating()}));
  auto tensors = tensorsOf(model);
  EXPECT_EQ(tensors["source_embedding.weight"].size(), 41 * 32u);
  EXPECT_FALSE(tensors.contains("target_embedding.weight"));
  EXPECT_FALSE(tensors.contains("output.weight"));
  for (float weight : tensors["source_embedding.weight"])
    EXPECT_LE(std::abs(weight), 0.1f);
  for (float bias : tensors["output.bias"])
    EXPECT_NEAR(bias, 0, 1e-20);
}

// Validated on lines that it was never trained on, and on other targets, a model soon gets worse.
TEST_P(Tied, TheRateIsHalvedWheneverValidationStalls) {
  std::vector<json> log = trainLogged(model, {"--steps", "120", "--valid-every", "10", "--valid",
                                              folder / "valid.src", folder / "valid.src"});
  double rate = 1e-2, best = INFINITY;
  for (const json &step : log) {
    EXPECT_DOUBLE_EQ(step["learning_rate"], rate) << step;
    if (!step.contains("validation_loss"))
      continue;
    double loss = step["validation_loss"];
    rate *= loss < best ? 1 : 0.5;
    best = std::min(best, loss);
  }
  EXPECT_LT(rate, 1e-2);
}

TEST_P(Tied, TheDescriptionsSearchIsTheDefault) {
  train(model, join({{"--steps", "80"}, validating()}));
  std::string input = readFile(folder / "valid.src");
  std::vector<std::string> found = translate(model, input);
  EXPECT_EQ(found, translate(model, input, {"--beam", "4", "--length-penalty", "0.6"}));
  EXPECT_NE(found, translate(model, input, {"--beam", "1"}));
}

} // namespace
} // namespace loup::test
