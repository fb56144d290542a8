// The trainer as a program, around a model that learns to write words in upper case.
#include "runtime/InitialWeights.h"
#include "runtime/SafetensorsFile.h"
#include "tests/runtime/Cipher.h"
#include "tests/runtime/Subprocess.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <cctype>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <sstream>
#include <thread>

using namespace loup;
using namespace loup::test;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

using Words = std::vector<std::string>;

class Train : public testing::Test {
protected:
  Train() {
    writePairs("train", 300);
    writePairs("valid", 30);
  }

  void writePairs(const std::string &name, int lines) const {
    std::string text;
    for (int i = 0; i < lines; ++i) {
      uint64_t key = streamKey(1, name + std::to_string(i));
      text += static_cast<char>('a' + randomBits(key, 0) % 10);
      for (uint64_t j = 1; j < 2 + key % 7; ++j)
        text += fmt::format(" {}", static_cast<char>('a' + randomBits(key, j) % 10));
      text += "\n";
    }
    writeFile(folder / name + ".src", text);
    for (char &c : text)
      c = static_cast<char>(std::toupper(c));
    writeFile(folder / name + ".tgt", text);
  }

  Words command(const Words &more) const {
    Words words{LOUP_PROGRAMS "/toy_train", "--threads",         "2", "--train",
                folder / "train.src",       folder / "train.tgt"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  Words valid(Words more) const {
    more.insert(more.end(), {"--valid", folder / "valid.src", folder / "valid.tgt"});
    return more;
  }

  Ending train(const Words &more) const { return run(command(more)); }

  void expectTrained(const Words &more) const {
    Ending ending = train(more);
    EXPECT_EQ(ending.code, 0);
    EXPECT_EQ(ending.errors, "");
  }

  void expectError(const Words &more, const std::string &message) const {
    Ending ending = train(more);
    EXPECT_EQ(ending.code, 1) << ending.output;
    EXPECT_THAT(ending.errors, AllOf(HasSubstr("toy_train: "), HasSubstr(message)));
  }

  std::vector<json> logOf(const std::string &path) const {
    std::vector<json> objects;
    std::istringstream lines(readFile(path));
    for (std::string line; std::getline(lines, line);)
      objects.push_back(json::parse(line));
    return objects;
  }

  std::vector<double> lossesOf(const std::string &path) const {
    std::vector<double> losses;
    for (const json &object : logOf(path))
      losses.push_back(object["loss"]);
    return losses;
  }

  TemporaryDirectory folder;
  std::string a = folder / "a.safetensors", b = folder / "b.safetensors";
};

TEST_F(Train, LearnsAndTranslates) {
  Ending ending = train(valid({"--save", a, "--steps", "120", "--valid-every", "60"}));
  EXPECT_EQ(ending.code, 0);
  EXPECT_EQ(ending.errors, "");
  EXPECT_THAT(ending.output, AllOf(HasSubstr("step 60: validation loss "), HasSubstr("BLEU 100.00"),
                                   HasSubstr("    translation  "), HasSubstr("saved " + a),
                                   Not(HasSubstr("\x1b")), Not(HasSubstr("\r"))));
  for (const std::string &model : {a, a + ".best"})
    EXPECT_EQ(run({LOUP_PROGRAMS "/toy_translate", "--model", model}, "c a j\n").output, "C A J\n");
}

TEST_F(Train, ResumingEqualsGoingOn) {
  Words settings = valid({"--accumulate", "2", "--valid-every", "4", "--save-every", "5"});
  auto with = [&](Words more) {
    more.insert(more.end(), settings.begin(), settings.end());
    return more;
  };
  expectTrained(with({"--save", a, "--log", folder / "a.log", "--steps", "31"}));
  expectTrained(with({"--save", b, "--log", folder / "b.log", "--steps", "13"}));
  expectTrained(with({"--save", b, "--log", folder / "b.log", "--steps", "31", "--resume"}));
  EXPECT_EQ(readFile(a), readFile(b));
  EXPECT_EQ(lossesOf(folder / "a.log"), lossesOf(folder / "b.log"));
  EXPECT_EQ(lossesOf(folder / "a.log").size(), 31u);
}

TEST_F(Train, TheNumberOfThreadsChangesNothing) {
  Words settings = valid({"--steps", "20", "--valid-every", "10"});
  for (const std::string threads : {"1", "3"}) {
    Words words{LOUP_PROGRAMS "/toy_train",
                "--threads",
                threads,
                "--save",
                threads == "1" ? a : b,
                "--train",
                folder / "train.src",
                folder / "train.tgt"};
    words.insert(words.end(), settings.begin(), settings.end());
    EXPECT_EQ(run(words).code, 0);
  }
  for (const char *suffix : {"", ".best", ".state"})
    EXPECT_EQ(readFile(a + suffix), readFile(b + suffix)) << suffix;
}

class Interrupted : public Train, public testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(Signals, Interrupted, testing::Values(SIGINT, SIGTERM, SIGHUP));

TEST_P(Interrupted, SavesAndResumesAsIfNothingHadHappened) {
  auto previous = std::signal(GetParam(), SIG_DFL); // a shell's background jobs may ignore it
  std::string log = folder / "b.log";
  Subprocess program(command(valid({"--save", b, "--log", log, "--valid-every", "3"})));
  std::signal(GetParam(), previous);
  while (lossesOf(log).size() < 20)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  program.signal(GetParam());
  if (GetParam() == SIGHUP) // a terminal that closes says so more than once
    program.signal(SIGHUP);
  Ending ending = program.finish();
  EXPECT_EQ(ending.code, 0) << ending.signal;
  EXPECT_THAT(ending.output, HasSubstr("interrupted at step "));

  size_t steps = lossesOf(log).size() + 10;
  Words rest = valid({"--valid-every", "3", "--steps", std::to_string(steps)});
  Words resumed = rest, whole = rest;
  resumed.insert(resumed.end(), {"--save", b, "--resume", "--log", log});
  whole.insert(whole.end(), {"--save", a});
  expectTrained(resumed);
  expectTrained(whole);
  EXPECT_EQ(readFile(a), readFile(b));
  EXPECT_EQ(lossesOf(log).size(), steps);
}

TEST_F(Train, WhatIsKilledCanBeResumed) {
  int resumed = 0;
  for (int round = 0; round < 3; ++round) {
    for (const char *suffix : {"", ".state"})
      std::filesystem::remove(a + suffix);
    Subprocess program(command({"--save", a, "--save-every", "1"}));
    while (!std::filesystem::exists(a + ".state"))
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::this_thread::sleep_for(std::chrono::milliseconds(100 + 37 * round));
    program.signal(SIGKILL);
    EXPECT_EQ(program.finish().signal, SIGKILL);
    Ending ending = train({"--save", a, "--resume", "--epochs", "1"});
    // An instant lies between the replacement of the two files.
    bool disagree = ending.errors.find("not saved together") != std::string::npos;
    EXPECT_TRUE(ending.code == 0 || disagree) << ending.errors;
    resumed += ending.code == 0;
  }
  EXPECT_GT(resumed, 0);
}

TEST_F(Train, ReplacesNoFileThatItReads) {
  std::string source = folder / "train.src", before = readFile(source);
  expectError({"--save", source}, "--save would replace " + source + ", which --train reads");
  expectError({"--save", a, "--log", source}, "--log would replace");
  expectError({"--save", a, "--save-gradients", source}, "--save-gradients would replace");
  expectError({"--save", a, "--log", a}, "--save and --log name the same file");
  EXPECT_EQ(readFile(source), before);
}

TEST_F(Train, LogsOneObjectAStep) {
  expectTrained(
      valid({"--save", a, "--log", folder / "log", "--steps", "6", "--valid-every", "4"}));
  std::vector<json> objects = logOf(folder / "log");
  ASSERT_EQ(objects.size(), 6u);
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(objects[i]["step"], i + 1);
    EXPECT_GT(objects[i]["loss"], 0);
    EXPECT_LE(objects[i]["tokens"], 64);
    EXPECT_GT(objects[i]["gradient_norm"], 0);
    EXPECT_EQ(objects[i]["learning_rate"], 0.05);
    // Validated when it is due, and at the end.
    EXPECT_EQ(objects[i].contains("validation_loss"), i == 3 || i == 5) << i;
  }
  EXPECT_GE(objects[5]["validation_bleu"], 0);
}

TEST_F(Train, SavesTheGradientsOfTheMeanLoss) {
  writeFile(folder / "ids.src", "5 6 7\n8\n9 5\n");
  writeFile(folder / "ids.tgt", "15 16\n18 4 4\n19\n");
  Words common{"--train",
               folder / "ids.src",
               folder / "ids.tgt",
               "--ids",
               "--no-shuffle",
               "--save",
               a,
               "--steps",
               "1",
               "--seed",
               "3"};
  auto gradients = [&](Words more) {
    std::string path = folder / "gradients";
    more.insert(more.end(), common.begin(), common.end());
    more.insert(more.begin(), LOUP_PROGRAMS "/toy_train");
    more.insert(more.end(), {"--save-gradients", path});
    Ending ending = run(more);
    EXPECT_EQ(ending.code, 0) << ending.errors;
    std::vector<float> values(30 * 30 + 30 * 30 + 30);
    std::span<float> all = values;
    SafetensorsFile(path).read({{"source.weight", {30, 30}, all.subspan(0, 900)},
                                {"history.weight", {30, 30}, all.subspan(900, 900)},
                                {"output.bias", {30}, all.subspan(1800)}});
    return values;
  };

  ToyModel model(cipherDescription(), 0.1f);
  initializeWeights(model, 3);
  model.reserveTraining({3, 24, 24, 100, 100, 0});
  Batch batch;
  using Ids = std::vector<int32_t>;
  for (const Ids &ids : {Ids{5, 6, 7, 0}, Ids{8, 0}, Ids{9, 5, 0}})
    batch.source.append(ids);
  for (const Ids &ids : {Ids{15, 16, 0}, Ids{18, 4, 4, 0}, Ids{19, 0}})
    batch.target.append(ids);
  batch.examples = {0, 1, 2};
  model.trainStep(batch, dropoutKey(3, 1));
  std::vector<float> expected;
  for (const Parameter &p : model.parameters())
    for (float gradient : model.gradients().subspan(p.offset, p.size()))
      expected.push_back(gradient / 9);

  EXPECT_THAT(gradients({"--batch-lines", "3"}), testing::Pointwise(testing::FloatEq(), expected));
  EXPECT_THAT(gradients({"--batch-lines", "1", "--accumulate", "3"}),
              testing::Pointwise(testing::FloatNear(1e-7f), expected));
}

TEST_F(Train, EndsWhenItIsTold) {
  expectTrained({"--save", a, "--epochs", "2", "--log", folder / "log"});
  std::vector<json> objects = logOf(folder / "log");
  EXPECT_EQ(objects.front()["epoch"], 0);
  EXPECT_EQ(objects.back()["epoch"], 1);
  size_t steps = objects.size();
  expectTrained({"--save", a, "--epochs", "3", "--resume", "--log", folder / "log"});
  EXPECT_EQ(logOf(folder / "log").size(), steps / 2 * 3);
  EXPECT_THAT(train({"--save", a, "--epochs", "3", "--resume"}).output, HasSubstr("nothing to do"));

  auto begin = std::chrono::steady_clock::now();
  expectTrained({"--save", a, "--minutes", "0.01"});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));

  // A rate so small that no validation is better than the first by more than rounding.
  expectTrained(valid({"--save", a, "--patience", "3", "--valid-every", "1", "--learning-rate",
                       "1e-30", "--log", folder / "log"}));
  EXPECT_EQ(logOf(folder / "log").size(), 4u);
}

TEST_F(Train, BeginsWithGivenWeights) {
  expectTrained({"--save", a, "--steps", "5"});
  expectTrained({"--save", b, "--init", a, "--steps", "1", "--learning-rate", "1e-30"});
  EXPECT_EQ(readFile(a).substr(readFile(a).size() - 7000),
            readFile(b).substr(readFile(b).size() - 7000));
  expectError({"--save", b, "--init", folder / "absent", "--steps", "1"}, "No such file");

  ToyModel bare(cipherDescription());
  initializeWeights(bare, 1);
  saveTensors(a, bare, bare.weights()); // as PyTorch leaves it
  Ending ending = train({"--save", b, "--init", a, "--steps", "1"});
  EXPECT_EQ(ending.code, 0) << ending.errors;
  EXPECT_THAT(ending.output, AllOf(HasSubstr("a.safetensors holds no tokenizer"),
                                   HasSubstr("making the tokenizers from the training text")));
  EXPECT_EQ(run({LOUP_PROGRAMS "/toy_translate", "--model", b}, "a\n").code, 0);
}

TEST_F(Train, TakesOneFileOfBothSides) {
  writeFile(folder / "both.tsv", "a b\tA B\nb a\tB A\n");
  Ending ending = run(
      {LOUP_PROGRAMS "/toy_train", "--train", folder / "both.tsv", "--save", a, "--steps", "2"});
  EXPECT_EQ(ending.code, 0) << ending.errors;
}

TEST_F(Train, IdsNeedNoTokenizer) {
  writeFile(folder / "ids.src", "5 6 7\n8\n");
  writeFile(folder / "ids.tgt", "15 16\n18 4 4\n");
  Ending ending = run({LOUP_PROGRAMS "/toy_train", "--train", folder / "ids.src",
                       folder / "ids.tgt", "--ids", "--save", a, "--steps", "2"});
  EXPECT_EQ(ending.code, 0) << ending.errors;
  EXPECT_THAT(ending.output, Not(HasSubstr("making the tokenizers")));
  EXPECT_THAT(run({LOUP_PROGRAMS "/toy_translate", "--model", a}, "5\n").errors,
              HasSubstr("--ids"));
  EXPECT_EQ(run({LOUP_PROGRAMS "/toy_translate", "--model", a, "--ids"}, "5\n").code, 0);

  writeFile(folder / "ids.src", "5 6 30\n8\n");
  EXPECT_THAT(run({LOUP_PROGRAMS "/toy_train", "--train", folder / "ids.src", folder / "ids.tgt",
                   "--ids", "--save", a, "--steps", "2"})
                  .errors,
              HasSubstr("ids.src"));
}

TEST_F(Train, QuietShowsNothing) {
  Ending ending = train(valid({"--save", a, "--steps", "4", "--valid-every", "2", "--quiet"}));
  EXPECT_EQ(ending.code, 0);
  EXPECT_EQ(ending.output + ending.errors, "");
}

TEST_F(Train, SaysWhatIsWrong) {
  expectError({"--save", a, "--learn-rate", "1"}, "--learn-rate: did you mean --learning-rate?");
  expectError({"--save", a, "--mini-batch-words=9"}, "did you mean --batch-tokens?");
  expectError({"--save", a, "--resume"}, "No such file");
  expectError({"--save", folder / "absent/a"}, "there is no folder");
  expectError({"--save", a, "--train", folder / "absent.src", folder / "train.tgt"}, "absent.src");
  expectError({"--save", a, "--train", folder / "train.src", folder / "valid.tgt"}, "300");
  expectError({"--save", a, "--valid", folder / "valid.src", folder / "train.tgt"}, "30");
  writeFile(folder / "empty", "");
  expectError({"--save", a, "--valid", folder / "empty", folder / "empty"}, "text on both sides");
  for (const char *suffix : {".state", ".best"}) {
    std::filesystem::create_directory(a + suffix);
    expectError({"--save", a, "--steps", "1"}, "cannot write " + a + suffix);
    std::filesystem::remove(a + suffix);
  }
  EXPECT_FALSE(std::filesystem::exists(a));
}

TEST_F(Train, ALogThatCannotBeWrittenIsFoundBeforeTheTextIsRead) {
  expectError({"--save", a, "--log", folder / "absent/log", "--train", folder / "absent.src"},
              "there is no folder");
  Ending ending = train({"--save", a, "--steps", "1", "--log", "/dev/stderr"});
  EXPECT_THAT(ending.errors, HasSubstr("\"step\":1"));
}

TEST_F(Train, TheBestOfAnotherTrainingGoes) {
  expectTrained(valid({"--save", a, "--steps", "2"}));
  EXPECT_TRUE(std::filesystem::exists(a + ".best"));
  Ending ending = train({"--save", a, "--steps", "2"});
  EXPECT_THAT(ending.output, HasSubstr(a + ".best"));
  EXPECT_FALSE(std::filesystem::exists(a + ".best"));
  expectTrained(valid({"--save", a, "--steps", "4", "--resume"}));
  std::string best = readFile(a + ".best");
  expectTrained({"--save", a, "--steps", "6", "--resume"});
  EXPECT_EQ(readFile(a + ".best"), best);
}

TEST_F(Train, RefusesToResumeSomethingElse) {
  expectTrained({"--save", a, "--steps", "5"});
  expectError({"--save", a, "--steps", "9", "--resume", "--seed", "2"}, "seed is 2 now and was 1");
  expectError({"--save", a, "--steps", "9", "--resume", "--train", folder / "valid.src",
               folder / "valid.tgt"},
              "training data");
  std::filesystem::remove(a + ".state");
  expectError({"--save", a, "--steps", "9", "--resume"}, "a.safetensors.state: ");
  std::filesystem::copy(folder / "train.src", a, std::filesystem::copy_options::overwrite_existing);
  expectError({"--save", a, "--steps", "9", "--resume"}, "no safetensors file");
}

TEST_F(Train, StopsBeforeItSpoilsTheWeights) {
  expectTrained({"--save", a, "--steps", "5"});
  std::string saved = readFile(a);
  expectError({"--save", a, "--steps", "50", "--resume", "--learning-rate", "1e38"},
              "keeps the weights of step 5. A lower --learning-rate (it is 1e+38)");
  EXPECT_THAT(train({"--save", a, "--steps", "50", "--resume", "--learning-rate", "1e38"}).errors,
              testing::ContainsRegex(" is (not a number|infinite) in step "));
  EXPECT_EQ(readFile(a), saved);
}

TEST_F(Train, AFullDiskLeavesTheLastCheckpoint) {
  expectTrained({"--save", a, "--steps", "5"});
  std::string saved = readFile(a), state = readFile(a + ".state");
  Words words = command({"--save", a, "--steps", "6", "--resume"});
  words.insert(words.begin(), {"/bin/sh", "-c", "ulimit -f 4; exec \"$@\"", "sh"});
  Ending ending = run(words);
  EXPECT_EQ(ending.code, 1) << ending.signal;
  EXPECT_THAT(ending.errors, AllOf(HasSubstr("cannot write " + a), HasSubstr("unchanged")));
  EXPECT_EQ(readFile(a), saved);
  EXPECT_EQ(readFile(a + ".state"), state);
}

} // namespace
