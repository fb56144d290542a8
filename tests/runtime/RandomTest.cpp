#include "runtime/Random.h"

#include "runtime/Arena.h"
#include "runtime/Errors.h"
#include "runtime/InitialWeights.h"
#include "tests/runtime/ToyModel.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>

namespace loup {
namespace {

TEST(RandomTest, IsSplitMix64) {
  // The first outputs for seed 1234567, from the reference implementation of Vigna.
  EXPECT_EQ(randomBits(1234567, 0), 6457827717110365317u);
  EXPECT_EQ(randomBits(1234567, 1), 3203168211198807973u);
  EXPECT_EQ(randomBits(1234567, 2), 9817491932198370423u);
}

TEST(RandomTest, HasTheMomentsOfItsDistributions) {
  double uniform = 0, uniformSquare = 0, normal = 0, normalSquare = 0;
  const int n = 100000;
  for (int i = 0; i < n; ++i) {
    double u = randomUniform(5, i), z = randomNormal(6, i);
    ASSERT_TRUE(u >= 0 && u < 1);
    uniform += u, uniformSquare += u * u, normal += z, normalSquare += z * z;
  }
  EXPECT_NEAR(uniform / n, 0.5, 0.005);
  EXPECT_NEAR(uniformSquare / n, 1.0 / 3, 0.005);
  EXPECT_NEAR(normal / n, 0, 0.015);
  EXPECT_NEAR(normalSquare / n, 1, 0.02);
}

TEST(RandomTest, KeysOfDropoutDiffer) {
  std::set<uint32_t> keys;
  for (uint64_t seed : {1, 2, 3})
    for (int64_t step = 0; step < 1000; ++step)
      keys.insert(dropoutKey(seed, step));
  EXPECT_GE(keys.size(), 2999u); // one collision in 2^32 would be bad luck
}

/// The toy's parameters, in the other order on request.
class TwoParameters : public test::ToyModel {
public:
  explicit TwoParameters(bool reversed) : ToyModel(test::toyDescription()) {
    auto all = ToyModel::parameters();
    list = {all[0], all[1]};
    if (reversed)
      std::swap(list[0], list[1]);
  }
  std::span<const Parameter> parameters() const override { return list; }

private:
  std::vector<Parameter> list;
};

TEST(InitialWeightsTest, DependOnSeedAndNameAlone) {
  TwoParameters a(false), b(true), c(false);
  initializeWeights(a, 1);
  initializeWeights(b, 1);
  initializeWeights(c, 2);
  EXPECT_TRUE(std::ranges::equal(a.weights(), b.weights()));
  EXPECT_FALSE(std::ranges::equal(a.weights(), c.weights()));
}

TEST(InitialWeightsTest, FollowTheDescription) {
  auto model = test::makeToyModel();
  initializeWeights(*model, 1);
  auto uniform = model->parameters()[0], normal = model->parameters()[1];
  float largest = 0;
  for (float w : model->weights().subspan(uniform.offset, uniform.size())) {
    EXPECT_LE(std::abs(w), 0.1f);
    largest = std::max(largest, std::abs(w));
  }
  EXPECT_GT(largest, 0.095f);
  double square = 0;
  for (float w : model->weights().subspan(normal.offset, normal.size()))
    square += w * w;
  EXPECT_NEAR(std::sqrt(square / normal.size()), 0.1, 0.005);
  EXPECT_EQ(model->weights()[model->parameters()[2].offset], 0);
}

TEST(ArenaTest, IsAlignedAndZero) {
  Arena arena(1000);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(arena.at<float>(0)) % Arena::alignment, 0u);
  EXPECT_EQ(reinterpret_cast<std::byte *>(arena.at<float>(128)), arena.at<std::byte>(0) + 128);
  for (size_t i = 0; i < arena.size(); ++i)
    EXPECT_EQ(arena.at<char>(0)[i], 0);
}

TEST(ArenaTest, SaysWhatWouldFit) {
  try {
    Arena arena(SIZE_MAX - 10);
    FAIL();
  } catch (const UserError &error) {
    for (const char *option : {"--batch-tokens", "--batch-lines"})
      EXPECT_TRUE(std::string(error.what()).find(option) != std::string::npos);
  }
}

} // namespace
} // namespace loup
