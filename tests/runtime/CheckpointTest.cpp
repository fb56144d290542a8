#include "runtime/Checkpoint.h"

#include "runtime/AtomicFile.h"
#include "runtime/Errors.h"
#include "runtime/InitialWeights.h"
#include "tests/runtime/Subprocess.h"
#include "tests/runtime/ToyModel.h"

#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <optional>
#include <sys/resource.h>

namespace loup {
namespace {

using test::readFile;
using test::toyDescription;
using test::ToyModel;
using testing::AllOf;
using testing::HasSubstr;

class CheckpointTest : public testing::Test {
protected:
  CheckpointTest() : model(toyDescription()) { initializeWeights(model, 1); }

  std::string refusal(Model &reader) {
    try {
      loadCheckpoint(path, reader);
    } catch (const UserError &error) {
      return error.what();
    }
    return "nothing is wrong";
  }

  static std::vector<float> weightsOf(Model &model) {
    return {model.weights().begin(), model.weights().end()};
  }

  test::TemporaryDirectory folder;
  std::string path = folder / "model.safetensors";
  ToyModel model;
};

TEST_F(CheckpointTest, GivesBackWeightsTokenizersAndStep) {
  std::string binary("\0\xff tokenizer \n", 14);
  saveCheckpoint(path, model, {42, binary, "target"});
  ToyModel other(toyDescription());
  CheckpointInfo info = loadCheckpoint(path, other);
  EXPECT_EQ(info.step, 42);
  EXPECT_EQ(info.sourceTokenizer, binary);
  EXPECT_EQ(info.targetTokenizer, "target");
  EXPECT_EQ(weightsOf(other), weightsOf(model));

  saveCheckpoint(path, model, {43, "", std::nullopt});
  info = loadCheckpoint(path, other);
  EXPECT_EQ(info.sourceTokenizer, "");
  EXPECT_EQ(info.targetTokenizer, std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(path + ".state"));
}

TEST_F(CheckpointTest, GivesBackTheStateOfTraining) {
  std::vector<float> first(model.weights().size()), second(first.size());
  for (const Parameter &parameter : model.parameters())
    for (int64_t i = 0; i < parameter.size(); ++i) {
      first[parameter.offset + i] = static_cast<float>(i) * 0.5f;
      second[parameter.offset + i] = -static_cast<float>(i);
    }
  TrainingState state{"somewhere", {{"exp_avg", first}, {"exp_avg_sq", second}}};
  saveCheckpoint(path, model, {7, {}, {}}, &state);

  std::vector<float> firstRead(first.size()), secondRead(first.size());
  TrainingState read{"", {{"exp_avg", firstRead}, {"exp_avg_sq", secondRead}}};
  loadTrainingState(path, model, 7, read);
  EXPECT_EQ(read.progress, "somewhere");
  EXPECT_EQ(firstRead, first);
  EXPECT_EQ(secondRead, second);
}

TEST_F(CheckpointTest, RefusesAPairThatDisagrees) {
  TrainingState state{"", {}};
  saveCheckpoint(path, model, {7, {}, {}}, &state);
  saveCheckpoint(path, model, {8, {}, {}});
  try {
    loadTrainingState(path, model, loadCheckpoint(path, model).step, state);
    FAIL();
  } catch (const UserError &error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("is of step 8"), HasSubstr(".state of step 7"),
                                    HasSubstr("--init")));
  }
}

TEST_F(CheckpointTest, RefusesTheStateOfAnotherOptimizer) {
  TrainingState state{"", {}};
  saveCheckpoint(path, model, {7, {}, {}}, &state);
  std::vector<float> values(model.weights().size());
  state.moments = {{"exp_avg", values}};
  try {
    loadTrainingState(path, model, 7, state);
    FAIL();
  } catch (const UserError &error) {
    EXPECT_THAT(error.what(), HasSubstr("tensor exp_avg.source.weight [30, 30] is missing"));
  }
}

TEST_F(CheckpointTest, NamesTensorAndShapesOfAnotherModel) {
  saveCheckpoint(path, model, {1, {}, {}});
  Description larger = toyDescription();
  larger.source.vocabulary = 31;
  ToyModel other(larger);
  EXPECT_THAT(refusal(other),
              AllOf(HasSubstr(path), HasSubstr("tensor source.weight has shape [30, 30]"),
                    HasSubstr("should have [31, 30]")));

  larger.fingerprint = "toy-2", larger.name = "larger";
  ToyModel another(larger);
  EXPECT_THAT(refusal(another), AllOf(HasSubstr("another description, named \"toy\""),
                                      HasSubstr("made from \"larger\""), HasSubstr("[31, 30]")));

  Description same = toyDescription();
  same.fingerprint = "toy-3";
  ToyModel sameShapes(same);
  EXPECT_THAT(refusal(sameShapes), HasSubstr("another description"));
}

TEST_F(CheckpointTest, ReadsWeightsThatSayNothingOfThemselves) {
  saveTensors(path, model, model.weights());
  ToyModel other(toyDescription());
  CheckpointInfo info = loadCheckpoint(path, other);
  EXPECT_EQ(weightsOf(other), weightsOf(model));
  EXPECT_EQ(info.step, 0);
  EXPECT_EQ(info.sourceTokenizer, std::nullopt);
}

TEST_F(CheckpointTest, RefusesATruncatedFile) {
  saveCheckpoint(path, model, {1, "tokenizer", {}});
  std::string whole = readFile(path);
  for (size_t size = 0; size < whole.size(); size += 97) {
    test::writeFile(path, whole.substr(0, size));
    EXPECT_THAT(refusal(model),
                testing::AnyOf(HasSubstr("truncated"), HasSubstr("safetensors file")))
        << size;
  }
}

/// No file may become larger than `bytes` while this lives, which stands for a full disk.
class FileSizeLimit {
public:
  explicit FileSizeLimit(rlim_t bytes) : previousHandler(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &previous);
    rlimit limit{bytes, previous.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &previous);
    std::signal(SIGXFSZ, previousHandler);
  }

private:
  rlimit previous;
  void (*previousHandler)(int);
};

TEST_F(CheckpointTest, AFullDiskLeavesTheOldPair) {
  std::vector<float> values(model.weights().size());
  TrainingState state{"", {{"exp_avg", values}, {"exp_avg_sq", values}}};
  saveCheckpoint(path, model, {1, {}, {}}, &state);
  std::string oldWeights = readFile(path), oldState = readFile(path + ".state");
  // Room for the weights, but not for the state, which is larger; then for neither.
  for (size_t room : {oldWeights.size() + 8, size_t{100}}) {
    std::string message;
    {
      FileSizeLimit limit(room);
      try {
        saveCheckpoint(path, model, {2, {}, {}}, &state);
      } catch (const UserError &error) {
        message = error.what();
      }
    }
    EXPECT_THAT(message, AllOf(HasSubstr("cannot write " + path), HasSubstr("File too large"),
                               HasSubstr("unchanged")));
    EXPECT_EQ(readFile(path), oldWeights);
    EXPECT_EQ(readFile(path + ".state"), oldState);
    EXPECT_FALSE(std::filesystem::exists(path + ".new"));
    EXPECT_FALSE(std::filesystem::exists(path + ".state.new"));
  }
}

TEST_F(CheckpointTest, WritersOfOneFileWaitForEachOther) {
  auto bytes = [](const std::string &text) { return std::as_bytes(std::span(text)); };
  const std::string half(1 << 16, 'a'), other(1 << 10, 'b');
  std::optional<AtomicFile> first(path);
  first->write(bytes(half));
  auto second = std::async(std::launch::async, [&] {
    AtomicFile file(path);
    file.write(bytes(other));
    file.finish();
    file.commit();
  });
  EXPECT_EQ(second.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  first->write(bytes(half));
  first->finish();
  first->commit();
  EXPECT_EQ(readFile(path), half + half);
  first.reset();
  second.get();
  EXPECT_EQ(readFile(path), other);
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST_F(CheckpointTest, IsReadAndWrittenByPyTorch) {
  saveCheckpoint(path, model, {3, "tokenizer", {}});
  test::writeFile(folder / "double.py", R"(
import sys
try:
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file
except ImportError:
    sys.exit(77)
tensors = load_file(sys.argv[1])
with safe_open(sys.argv[1], framework="pt") as file:
    assert file.metadata()["loup.step"] == "3"
assert {name: list(t.shape) for name, t in tensors.items()} == {
    "source.weight": [30, 30], "history.weight": [30, 30], "output.bias": [30]}
save_file({name: 2 * t for name, t in tensors.items()}, sys.argv[1])
)");
  const char *python = std::getenv("LOUP_PYTHON");
  test::Ending ending =
      test::run({"/usr/bin/env", python ? python : "python3", folder / "double.py", path});
  if (ending.code == 77 || ending.code == 127)
    GTEST_SKIP() << "no PyTorch with safetensors here; LOUP_PYTHON may name a Python that has them";
  ASSERT_EQ(ending.code, 0) << ending.errors;
  ToyModel doubled(toyDescription());
  loadCheckpoint(path, doubled);
  for (size_t i = 0; i < model.weights().size(); ++i)
    ASSERT_EQ(doubled.weights()[i], 2 * model.weights()[i]);
}

} // namespace
} // namespace loup
