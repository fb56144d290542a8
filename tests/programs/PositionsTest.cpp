// Positions that self-attention is told: a step of decoding, which sees one position, must say what
// training says, which sees all.
#include "tests/programs/ProgramTest.h"

#include <numeric>

namespace loup::test {
namespace {

class Positions : public ProgramTest,
                  public testing::WithParamInterface<std::tuple<const char *, const char *>> {
protected:
  Positions() : ProgramTest(std::get<0>(GetParam()), std::get<1>(GetParam())) {
    writeIds("train", 100);
    writeIds("unseen", 12);
  }

  std::string model = folder / "model";
};

INSTANTIATE_TEST_SUITE_P(Descriptions, Positions,
                         testing::Combine(testing::Values("rotary", "alibi", "relative"),
                                          testing::Values("textbook", "packed")),
                         [](const auto &info) {
                           return std::string(std::get<0>(info.param)) + "_" +
                                  std::get<1>(info.param);
                         });

TEST_P(Positions, TheLossFalls) {
  std::vector<double> losses = column(trainLogged(model, {"--steps", "300"}), "loss");
  auto sum = [](auto first) { return std::accumulate(first, first + 10, 0.0); };
  EXPECT_LT(sum(losses.end() - 10), sum(losses.begin()) - 5);
}

TEST_P(Positions, StepsAgreeWithTeacherForcing) {
  train(model, {"--steps", "20"});
  std::string input = readFile(folder / "unseen.src");
  expectStepsOfTeacherForcing(model, input,
                              searchUnderLimits(model, input, "3", {"1", "2", "9", "20", "47"}));
}

} // namespace
} // namespace loup::test
