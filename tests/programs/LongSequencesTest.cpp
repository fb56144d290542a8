// Above the textbook no memory grows with the square of the length.
#include "tests/programs/ProgramTest.h"

namespace loup::test {
namespace {

constexpr int length = 16384;

class LongSequences : public ProgramTest {
protected:
  LongSequences() : ProgramTest("long") {
    std::string line;
    for (int i = 1; i < length; ++i) // with its end the sequence is full
      line += std::to_string(4 + i * i % 31) + " ";
    writeFile(folder / "train.src", line + "\n");
    writeFile(folder / "train.tgt", line + "\n");
  }

  /// A step, in less memory than the scores of one attention would take.
  Ending trainOneStep(const std::string &rung) {
    programs = LOUP_BUILT "/long-" + rung;
    std::string limit = "ulimit -v " + std::to_string(sizeof(float) * length * length / 1024);
    return run(join({{"/bin/sh", "-c", limit + " && exec \"$@\"", "sh"},
                     trainCommand(folder / "model",
                                  {"--steps", "1", "--threads", "2", "--log", folder / "log"})}));
  }
};

TEST_F(LongSequences, TrainWithoutAMatrixOfScores) {
  std::vector<double> losses;
  for (const char *rung : {"fused", "specialised", "packed"}) {
    SCOPED_TRACE(rung);
    Ending ending = trainOneStep(rung);
    ASSERT_EQ(ending.code, 0) << ending.errors;
    auto log = nlohmann::json::parse(split(readFile(folder / "log"), "\n")[0]);
    EXPECT_EQ(log["tokens"], length);
    losses.push_back(log["loss"]);
    EXPECT_NEAR(losses.back(), losses.front(), 1e-4);
  }
  EXPECT_GT(losses.front(), 1);
}

TEST_F(LongSequences, FindTheTextbookOutOfMemory) {
  Ending ending = trainOneStep("textbook");
  EXPECT_EQ(ending.code, 1);
  EXPECT_THAT(ending.errors, testing::HasSubstr("out of memory"));
}

} // namespace
} // namespace loup::test
