// Training is a function of its data and seed: not of threads, stops or batches.
#include "tests/programs/ProgramTest.h"

namespace loup::test {
namespace {

using nlohmann::json;

/// What the log says of the training. A run validates once more where it ends.
std::vector<std::string> course(const std::vector<json> &log) {
  std::vector<std::string> steps;
  for (json object : log) {
    object.erase("seconds");
    if (object["step"].get<int>() % 6 != 0)
      for (const char *key : {"validation_loss", "validation_bleu"})
        object.erase(key);
    steps.push_back(object.dump());
  }
  return steps;
}

class Training : public ProgramTest, public testing::WithParamInterface<const char *> {
protected:
  Training() : ProgramTest("tiny", GetParam()) {
    writeIds("train", 100);
    writeIds("valid", 20);
  }

  Words validating() const {
    return join({{"--valid"}, pair("valid"), {"--valid-every", "6", "--threads", "2"}});
  }

  void expectSame(const std::string &a, const std::string &b) const {
    for (const char *file : {"", ".best", ".state"})
      EXPECT_EQ(readFile(a + file), readFile(b + file)) << file;
  }

  std::string a = folder / "a", b = folder / "b";
};

INSTANTIATE_TEST_SUITE_P(Schedules, Training,
                         testing::Values("textbook", "fused", "specialised", "autoscheduled",
                                         "packed"),
                         [](const auto &schedule) { return schedule.param; });

TEST_P(Training, ResumingEqualsGoingOn) {
  std::vector<json> whole = trainLogged(a, join({validating(), {"--steps", "40"}}));
  train(b, join({validating(), {"--steps", "17", "--log", b + ".log"}}));
  EXPECT_NE(readFile(a), readFile(b));
  std::vector<json> parts = trainLogged(b, join({validating(), {"--steps", "40", "--resume"}}));
  EXPECT_EQ(course(whole), course(parts));
  EXPECT_EQ(whole.size(), 40u);
  EXPECT_GT(whole.back()["epoch"], 1);
  expectSame(a, b);
}

TEST_P(Training, TheNumberOfThreadsChangesNothing) {
  auto with = [&](const std::string &save, const std::string &threads) {
    return course(trainLogged(save, {"--steps", "30", "--threads", threads}));
  };
  EXPECT_EQ(with(a, "1"), with(b, "3"));
  EXPECT_EQ(readFile(a), readFile(b));
  EXPECT_EQ(readFile(a + ".state"), readFile(b + ".state"));
}

TEST_P(Training, DropoutIsDrawnAnewInEachStep) {
  std::vector<double> losses = column(trainLogged(a, {"--steps", "3", "--batch-lines", "100",
                                                      "--no-shuffle", "--learning-rate", "1e-30"}),
                                      "loss");
  EXPECT_NE(losses[0], losses[1]);
  EXPECT_NE(losses[1], losses[2]);
}

TEST_P(Training, TheSeedDecides) {
  auto with = [&](const std::string &seed) {
    return column(trainLogged(a, {"--steps", "5", "--seed", seed}), "loss");
  };
  std::vector<double> first = with("1");
  EXPECT_NE(with("2"), first);
  EXPECT_EQ(with("1"), first);
}

// Dropout is keyed by example, so batches that are put together draw what one of them would.
TEST_P(Training, AccumulatedBatchesAreOneBatch) {
  Words common{"--steps", "12", "--no-shuffle"};
  std::vector<json> one =
      trainLogged(a, join({common, {"--batch-lines", "10", "--save-gradients", folder / "one"}}));
  std::vector<json> two = trainLogged(
      b, join({common,
               {"--batch-lines", "5", "--accumulate", "2", "--save-gradients", folder / "two"}}));
  EXPECT_EQ(column(one, "tokens"), column(two, "tokens"));
  EXPECT_THAT(column(two, "loss"),
              testing::Pointwise(testing::DoubleNear(1e-4), column(one, "loss")));
  auto gradients = tensorsOf(folder / "two");
  for (const auto &[name, values] : tensorsOf(folder / "one"))
    EXPECT_THAT(gradients[name], testing::Pointwise(testing::FloatNear(2e-6f), values)) << name;
}

TEST_P(Training, InterruptedItSavesAndCanGoOn) {
  auto previous = std::signal(SIGINT, SIG_DFL); // a shell's background jobs ignore it
  Subprocess program(
      join({{trainer(), "--save", b, "--log", b + ".log", "--train"}, pair("train")}));
  std::signal(SIGINT, previous);
  for (int wait = 0; wait < 2000 && split(readFile(b + ".log"), "\n").size() < 20; ++wait)
    usleep(10'000);
  program.signal(SIGINT);
  Ending ending = program.finish();
  EXPECT_EQ(ending.code, 0) << ending.signal << ending.errors;
  std::string steps = std::to_string(split(readFile(b + ".log"), "\n").size() + 5);
  train(b, {"--steps", steps, "--resume"});
  train(a, {"--steps", steps});
  EXPECT_EQ(readFile(a), readFile(b));
}

} // namespace
} // namespace loup::test
