// The programs need nothing but the C library, and nothing around them.
#include "tests/programs/ProgramTest.h"

#include <filesystem>

namespace loup::test {
namespace {

class StandingAlone : public ProgramTest, public testing::WithParamInterface<const char *> {
protected:
  StandingAlone() : ProgramTest("tiny", GetParam()) { writeIds("train", 40); }
};

INSTANTIATE_TEST_SUITE_P(Schedules, StandingAlone,
                         testing::Values("textbook", "fused", "specialised", "autoscheduled",
                                         "packed"),
                         [](const auto &schedule) { return schedule.param; });

TEST_P(StandingAlone, TheyLinkTheCLibraryOnly) {
  for (const std::string &program : {trainer(), translator()}) {
    Ending ending = run({"/usr/bin/env", "ldd", program});
    ASSERT_EQ(ending.code, 0) << ending.errors;
    EXPECT_THAT(ending.output, testing::HasSubstr("libc.so"));
    for (const std::string &line : split(ending.output, "\n")) {
      std::string library = line.substr(line.find_first_not_of(" \t"));
      library = library.substr(0, library.find(' '));
      library = library.substr(library.rfind('/') + 1);
      library = library.substr(0, library.find_first_of(".-"));
      EXPECT_THAT(library,
                  testing::AnyOf("linux", "ld", "libc", "libm", "libpthread", "libdl", "librt"))
          << line;
    }
  }
}

TEST_P(StandingAlone, TheyRunInAnEmptyFolderAndEnvironment) {
  TemporaryDirectory empty;
  Words alone{"/usr/bin/env", "-i", "-C", empty / ""};
  Ending ending =
      run(join({alone, {trainer(), "--save", "model", "--steps", "3", "--train"}, pair("train")}));
  EXPECT_EQ(ending.code, 0) << ending.errors;
  ending = run(join({alone, {translator(), "--model", "model"}}), "4 5\n\n6\n");
  EXPECT_EQ(ending.code, 0) << ending.errors;
  EXPECT_EQ(split(ending.output, "\n").size(), 3u);
  Words left;
  for (const auto &file : std::filesystem::directory_iterator(empty / ""))
    left.push_back(file.path().filename());
  EXPECT_THAT(left, testing::UnorderedElementsAre("model", "model.state"));
}

TEST_P(StandingAlone, TheyExplainThemselves) {
  for (const std::string &program : {trainer(), translator()}) {
    Ending ending = run({program, "--help"});
    EXPECT_EQ(ending.code, 0);
    EXPECT_EQ(ending.errors, "");
    EXPECT_THAT(ending.output, testing::HasSubstr("--threads"));
  }
}

} // namespace
} // namespace loup::test
