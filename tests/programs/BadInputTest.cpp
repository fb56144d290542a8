// What is wrong is said, with an exit code of 1, and nothing is written or lost.
#include "tests/programs/ProgramTest.h"

#include <filesystem>

namespace loup::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class BadInput : public ProgramTest {
protected:
  BadInput() : ProgramTest("tiny") {
    writeIds("train", 50);
    writeIds("valid", 20);
  }

  /// What the trainer must answer to `options`; it leaves no file `new`.
  void expectRefused(const Words &options, const std::string &message) {
    expectError(join({{trainer(), "--quiet", "--save", folder / "new", "--steps", "2"}, options}),
                "", message);
    for (const auto &file : std::filesystem::directory_iterator(folder / ""))
      EXPECT_NE(file.path().filename().string().substr(0, 3), "new") << file.path();
  }

  Words with(const std::string &source, const std::string &target) {
    writeFile(folder / "bad.src", source);
    writeFile(folder / "bad.tgt", target);
    return join({{"--train"}, pair("bad")});
  }

  std::string model = folder / "model";
};

TEST_F(BadInput, TruncatedCheckpoints) {
  train(model, {"--steps", "2"});
  std::string whole = readFile(model), part = folder / "part";
  for (size_t size : {size_t{0}, size_t{7}, size_t{500}, whole.size() / 2, whole.size() - 1}) {
    writeFile(part, whole.substr(0, size));
    expectError({translator(), "--model", part}, "4\n", part + ": ");
    writeFile(model, whole.substr(0, size));
    expectError(trainCommand(model, {"--resume"}), "", model + ": ");
    EXPECT_EQ(readFile(model).size(), size);
  }
}

TEST_F(BadInput, TruncatedStates) {
  train(model, {"--steps", "2"});
  std::string whole = readFile(model), state = readFile(model + ".state");
  for (size_t size : {size_t{0}, state.size() / 2, state.size() - 1}) {
    writeFile(model + ".state", state.substr(0, size));
    expectError(trainCommand(model, {"--resume"}), "", model + ".state: ");
    EXPECT_EQ(readFile(model), whole);
  }
}

TEST_F(BadInput, StatesOfAnotherStep) {
  train(model, {"--steps", "2"});
  std::string old = readFile(model + ".state");
  train(model, {"--steps", "4", "--resume"});
  writeFile(model + ".state", old);
  expectError(trainCommand(model, {"--resume"}), "",
              model + " is of step 4, and " + model +
                  ".state of step 2: they were not saved together");
}

TEST_F(BadInput, CheckpointsOfAnotherDescription) {
  train(model, {"--steps", "2"});
  for (const char *program : {"learned-fused/translate", "characters-fused/translate"}) {
    Ending ending = run({std::string(LOUP_BUILT "/") + program, "--model", model}, "4\n");
    EXPECT_EQ(ending.code, 1);
    EXPECT_THAT(ending.errors,
                AllOf(HasSubstr("belongs to another description, named \"tiny\""),
                      testing::ContainsRegex("(embedding|position|output)[a-z_.]*weight"),
                      HasSubstr("[")));
  }
  programs = LOUP_BUILT "/learned-fused";
  expectRefused(join({{"--init", model, "--train"}, pair("train")}), "another description");
}

TEST_F(BadInput, BothSchedulesTakeTheSameCheckpoint) {
  train(model, {"--steps", "2"});
  programs = LOUP_BUILT "/tiny-textbook";
  EXPECT_EQ(translate(model, "4\n5\n").size(), 2u);
}

TEST_F(BadInput, IdsOutOfRange) {
  expectRefused(with("4 5\n6 37\n", "4\n5\n"), "bad.src, line 2");
  expectRefused(with("4 5\n6\n", "4\n41\n"), "bad.tgt, line 2");
  expectRefused(with("4 -5\n6\n", "4\n5\n"), "bad.src, line 1");
  expectRefused(with("4 five\n", "4\n"), "bad.src, line 1");
  expectRefused(with("99999999999999999999\n", "4\n"), "bad.src, line 1");
  expectRefused(with({"4 5\0006\n", 6}, "4\n"), "bad.src, line 1: \"5\\x006\" is no token id");
  train(model, {"--steps", "2"});
  expectError({translator(), "--model", model}, "37\n", "standard input, line 1");
  writeFile(folder / "targets", "41\n");
  expectError({translator(), "--model", model, "--score", folder / "targets"}, "4\n",
              "targets, line 1");
}

TEST_F(BadInput, LineCountsThatDiffer) {
  expectRefused(with("4\n5\n6\n", "4\n5\n"), "2");
  expectRefused(
      join({{"--train"}, pair("train"), {"--valid"}, {folder / "valid.src", folder / "train.tgt"}}),
      "50");
}

TEST_F(BadInput, FilesThatAreNotThere) {
  expectRefused({"--train", folder / "absent", folder / "train.tgt"}, "absent");
  expectRefused(with("", ""), "text on both sides");
  expectError({translator(), "--model", folder / "absent"}, "4\n", "absent: ");
}

TEST_F(BadInput, TextThatIsNoUtf8) {
  programs = LOUP_BUILT "/characters-fused";
  expectRefused(with("ab\nb\xFF\n", "x\ny\n"), "bad.src, line 2: byte 2, 0xFF, is not valid UTF-8");
  expectRefused(with("ab\n", "x\xC3\n"), "bad.tgt, line 1: byte 2");
}

TEST_F(BadInput, MisspeltOptions) {
  writeIds("train", 2);
  Words files = join({{"--train"}, pair("train")});
  expectRefused(join({files, {"--learn-rate", "1"}}), "did you mean --learning-rate?");
  expectRefused(join({files, {"--max-update", "9"}}), "did you mean --steps?");
  expectRefused(join({files, {"--treads", "2"}}), "did you mean --threads?");
  expectError({translator(), "--model", model, "--beam-size", "4"}, "4\n", "did you mean --beam?");
}

// Limits on a file's size are what an ordinary user can make of a full disk.
TEST_F(BadInput, AFullDiskKeepsTheOldCheckpoint) {
  Words valid = join({{"--valid-every", "2", "--valid"}, pair("valid")});
  train(model, join({{"--steps", "4"}, valid}));
  std::map<std::string, std::string> old;
  for (const char *file : {"", ".best", ".state"})
    old[file] = readFile(model + file);
  for (const char *blocks : {"4", "200", "500"}) { // of 512 bytes: in each of the files
    Ending ending = run(join({{"/bin/sh", "-c", "ulimit -f \"$0\"; exec \"$@\"", blocks, trainer(),
                               "--save", model, "--resume", "--steps", "5", "--train"},
                              pair("train")}));
    EXPECT_EQ(ending.code, 1) << ending.signal << " " << blocks;
    EXPECT_THAT(ending.errors, AllOf(HasSubstr("cannot write " + model), HasSubstr("unchanged")));
    for (const auto &[file, bytes] : old)
      EXPECT_EQ(readFile(model + file), bytes) << file;
    EXPECT_FALSE(std::filesystem::exists(model + ".new"));
    EXPECT_FALSE(std::filesystem::exists(model + ".state.new"));
  }
  train(model, join({{"--steps", "6", "--resume"}, valid}));
}

TEST_F(BadInput, OutputThatCannotBeWritten) {
  train(model, {"--steps", "2"});
  writeFile(folder / "input", "4\n");
  Ending ending =
      Subprocess({translator(), "--model", model}, {folder / "input", "/dev/full"}).finish();
  EXPECT_EQ(ending.code, 1);
  EXPECT_THAT(ending.errors, HasSubstr("cannot write to standard output: No space left on device"));
  expectError(trainCommand(folder / "other", {"--steps", "2", "--log", "/dev/full"}), "",
              "cannot write /dev/full: No space left on device");
}

} // namespace
} // namespace loup::test
