#include "runtime/Progress.h"

#include "runtime/Errors.h"
#include "runtime/TrainingLog.h"
#include "tests/runtime/Subprocess.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <thread>

namespace loup {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// What is shown while `use` uses a progress.
std::string shown(bool terminal, Progress::Clock::duration interval,
                  const std::function<void(Progress &)> &use) {
  char *text = nullptr;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  {
    Progress progress(out, terminal, interval);
    use(progress);
  }
  std::fclose(out);
  std::string result(text, size);
  std::free(text);
  return result;
}

TEST(ProgressTest, WritesPlainLinesNowAndThen) {
  EXPECT_EQ(shown(false, hours(1),
                  [](Progress &progress) {
                    progress.show(0.1, "too early");
                    progress.note("a note");
                    progress.show(0.1, "too early again");
                  }),
            "a note\n");
  EXPECT_EQ(shown(false, milliseconds(0),
                  [](Progress &progress) {
                    progress.show(0.414, "step 3");
                    progress.show(-1, "step 4");
                  }),
            " 41 %  step 3\nstep 4\n");
}

TEST(ProgressTest, DrawsABarOnATerminal) {
  const std::string begin = "\r\x1b[K"; // of the line, which is erased
  auto drawn = [&](const std::string &line) {
    return shown(true, {}, [&](Progress &progress) {
      progress.show(0.5, "too early");
      std::this_thread::sleep_for(milliseconds(110));
      progress.show(0.5, line);
      progress.note("a note");
    });
  };
  std::string end = begin + "a note\n"; // the note takes the bar's place
  EXPECT_EQ(drawn("step 3"), begin + "[##########..........] step 3" + end);
  // A narrow terminal, of 80 columns here, has less room for the bar than for the text.
  EXPECT_EQ(drawn(std::string(68, 'x')), begin + "[####....] " + std::string(68, 'x') + end);
  EXPECT_EQ(drawn(std::string(74, 'x')), begin + std::string(74, 'x') + end);
  EXPECT_EQ(drawn(std::string(90, 'x')), begin + std::string(79, 'x') + end);
}

TEST(ProgressTest, ShowsThatSilentWorkGoesOn) {
  auto work = [](Progress &progress) {
    progress.during("counting", [] { std::this_thread::sleep_for(milliseconds(60)); });
  };
  EXPECT_THAT(shown(false, milliseconds(10), work),
              StartsWith("counting ...\ncounting: 0:01\ncounting: 0:01\n"));
  EXPECT_EQ(shown(false, hours(1), work), "counting ...\n");
  Progress silent(nullptr, false);
  EXPECT_THROW(silent.during("failing", [] { throw UserError("no"); }), UserError);
}

TEST(ProgressTest, MayShowNothing) {
  Progress progress(nullptr, false, milliseconds(0));
  progress.note("note");
  progress.show(0.5, "text");
  bool done = false;
  progress.during("work", [&] { done = true; });
  EXPECT_TRUE(done);
}

TEST(ProgressTest, WritesDurationsAsClocksDo) {
  EXPECT_EQ(formatDuration(0), "0:00");
  EXPECT_EQ(formatDuration(6.2), "0:07");
  EXPECT_EQ(formatDuration(754), "12:34");
  EXPECT_EQ(formatDuration(3723), "1:02:03");
  EXPECT_EQ(formatDuration(-1), "0:00");
}

TEST(TrainingLogTest, GoesOnBehindTheStepResumed) {
  test::TemporaryDirectory folder;
  std::string path = folder / "log";
  test::writeFile(path, "not JSON\n{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n{\"st");
  TrainingLog(path, 2).write({{"step", 3}, {"loss", 0.5}});
  EXPECT_EQ(test::readFile(path), "{\"step\":1}\n{\"step\":2}\n{\"step\":3,\"loss\":0.5}\n");
  TrainingLog(path, 0).write({{"step", 1}});
  EXPECT_EQ(test::readFile(path), "{\"step\":1}\n");
}

TEST(TrainingLogTest, SaysWhenItCannotBeWritten) {
  TrainingLog full("/dev/full", 0);
  EXPECT_THROW(full.write({{"step", 1}}), UserError);
  EXPECT_THROW(TrainingLog("/nowhere/log", 0), UserError);
}

} // namespace
} // namespace loup
