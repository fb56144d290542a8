// Training is a function of its data and seed: not of threads, stops, batches or schedule.
#include "tests/programs/ProgramTest.h"

#include <cmath>

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

class Schedules : public ProgramTest {
protected:
  Schedules() : ProgramTest("tiny") {
    writeIds("train", 100);
    writeIds("unseen", 40);
  }

  void use(const std::string &schedule) { programs = LOUP_BUILT "/tiny-" + schedule; }
};

TEST_F(Schedules, TrainToTheSameLosses) {
  auto lossesOf = [&](const char *schedule) {
    use(schedule);
    return column(trainLogged(folder / "model", {"--steps", "25"}), "loss");
  };
  std::vector<double> expected = lossesOf("textbook");
  EXPECT_LT(expected.back(), expected.front());
  for (const char *schedule : {"fused", "specialised", "autoscheduled", "packed"})
    EXPECT_THAT(lossesOf(schedule), testing::Pointwise(testing::DoubleNear(2e-4), expected));
}

class SchedulesOf : public Schedules, public testing::WithParamInterface<const char *> {};

INSTANTIATE_TEST_SUITE_P(Pairs, SchedulesOf,
                         testing::Values("fused", "specialised", "autoscheduled", "packed"),
                         [](const auto &pair) { return std::string("TextbookAnd_") + pair.param; });

// With their own weights each, so that the training is compared too.
TEST_P(SchedulesOf, TranslateAlikeAfterTraining) {
  std::string input = readFile(folder / "unseen.src"), text[2];
  std::vector<std::string> found[2];
  for (int i : {0, 1}) {
    use(i ? GetParam() : "textbook");
    train(folder / "model", {"--steps", "120", "--threads", "2"});
    found[i] = translate(folder / "model", input);
    for (const std::string &line : found[i])
      text[i] += line + "\n";
  }
  EXPECT_GT(std::set(found[0].begin(), found[0].end()).size(), 5u);
  // Where they differ, the first tokens that do must be as good as alike.
  auto scores =
      std::pair(score(folder / "model", input, text[0]), score(folder / "model", input, text[1]));
  ASSERT_EQ(found[0].size(), found[1].size());
  int different = 0;
  for (size_t i = 0; i < found[0].size(); ++i) {
    if (found[0][i] == found[1][i])
      continue;
    ++different;
    auto a = split(found[0][i], " "), b = split(found[1][i], " ");
    size_t place = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
    EXPECT_NEAR(scores.first[i][place], scores.second[i][place], 2e-3) << found[0][i] << "\n"
                                                                       << found[1][i];
  }
  EXPECT_LE(different, 2);
}

} // namespace
} // namespace loup::test
