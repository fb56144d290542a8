// `loup build` as a user starts it.
#include "tests/programs/ProgramTest.h"

#include <filesystem>

namespace loup::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string loup = LOUP_PREFIX "/bin/loup";

class Build : public testing::Test {
protected:
  void expectNothingWritten() {
    for (const auto &file : std::filesystem::directory_iterator(folder / ""))
      ADD_FAILURE() << file.path() << " was written";
  }

  TemporaryDirectory folder;
};

TEST_F(Build, WithoutACompilerItSaysSoAndWritesNothing) {
  Ending ending = run({"/usr/bin/env", "-u", "CXX", "PATH=", loup, "build",
                       LOUP_DESCRIPTIONS "/tiny.toml", "-o", folder / "programs"});
  EXPECT_EQ(ending.code, 1);
  EXPECT_THAT(ending.errors,
              HasSubstr("no C++ compiler found: install clang or g++, or set CXX to one"));
  expectNothingWritten();
}

TEST_F(Build, ACompilerThatIsNoneIsNamed) {
  Ending ending = run({"/usr/bin/env", "CXX=no-such-compiler", loup, "build",
                       LOUP_DESCRIPTIONS "/tiny.toml", "-o", folder / "programs"});
  EXPECT_EQ(ending.code, 1);
  EXPECT_THAT(ending.errors, HasSubstr("CXX is set to 'no-such-compiler'"));
  expectNothingWritten();
}

TEST_F(Build, AProgramThatCompilesNothingIsNoCompiler) {
  for (const std::string program : {"/bin/true", "/bin/false"}) {
    Ending ending = run({"/usr/bin/env", "CXX=" + program, loup, "build",
                         LOUP_DESCRIPTIONS "/tiny.toml", "-o", folder / "programs"});
    EXPECT_EQ(ending.code, 1);
    EXPECT_THAT(ending.errors,
                AllOf(HasSubstr("CXX is set to '" + program + "', which cannot compile C++20"),
                      Not(HasSubstr("kernel 1/"))));
    expectNothingWritten();
  }
}

TEST_F(Build, ACompilerThatLinksNoProgramsIsNamed) {
  Ending ending = run({"/usr/bin/env", "CXX=gcc", loup, "build", LOUP_DESCRIPTIONS "/tiny.toml",
                       "-o", folder / "programs"});
  EXPECT_EQ(ending.code, 1);
  EXPECT_THAT(ending.errors, HasSubstr("gcc cannot make C++ programs; set CXX to clang or g++"));
  EXPECT_TRUE(std::filesystem::is_empty(folder / "programs"));
}

// The program alone, without lib and include.
TEST_F(Build, AnInstallationThatLacksPartsIsNamed) {
  std::filesystem::create_directories(folder / "alone/bin");
  std::filesystem::copy_file(loup, folder / "alone/bin/loup");
  for (const Words &command :
       {Words{"build", LOUP_DESCRIPTIONS "/tiny.toml", "-o", folder / "programs"},
        Words{"build", LOUP_DESCRIPTIONS "/tiny.toml", "-o", folder / "programs", "--emit", "cpp"},
        Words{"bench", LOUP_DESCRIPTIONS "/tiny.toml"}}) {
    Ending ending = run(join({{folder / "alone/bin/loup"}, command}));
    EXPECT_EQ(ending.code, 1);
    EXPECT_THAT(ending.errors, AllOf(HasSubstr("this installation of Loup has no " +
                                               (folder / "alone/include/runtime")),
                                     Not(HasSubstr("kernel 1/"))));
    EXPECT_FALSE(std::filesystem::exists(folder / "programs"));
  }
}

TEST_F(Build, AFolderThatCannotBeMadeIsNamed) {
  writeFile(folder / "file", "kept");
  Ending ending =
      run({loup, "build", LOUP_DESCRIPTIONS "/tiny.toml", "-o", folder / "file/programs"});
  EXPECT_EQ(ending.code, 1);
  EXPECT_THAT(ending.errors, AllOf(HasSubstr(folder / "file/programs: Not a directory"),
                                   Not(HasSubstr("kernel 1/"))));
  EXPECT_EQ(readFile(folder / "file"), "kept");
}

TEST_F(Build, WhatIsReadIsNotReplaced) {
  std::string description = readFile(LOUP_DESCRIPTIONS "/tiny.toml");
  for (const auto &[name, words] : {
           std::pair("self.toml", Words{"explain", "-o", folder / "self.toml"}),
           {"train", {"build", "-o", folder / ""}},
           {"source/model.cpp", {"build", "-o", folder / ""}},
           {"model.h", {"build", "--emit", "cpp", "-o", folder / ""}},
           {"textbook.mlir", {"build", "--emit", "textbook", "-o", folder / ""}},
       }) {
    std::string file = folder / name;
    std::filesystem::create_directories(folder / "source");
    writeFile(file, description);
    Ending ending = run(join({{loup}, words, {file}}));
    EXPECT_EQ(ending.code, 1);
    EXPECT_THAT(ending.errors, AllOf(HasSubstr("-o would replace "), HasSubstr("which loup reads"),
                                     Not(HasSubstr("kernel 1/"))));
    EXPECT_EQ(readFile(file), description) << name;
    std::filesystem::remove_all(file);
    std::filesystem::remove(folder / "source");
    expectNothingWritten();
  }
}

TEST_F(Build, APageThatCannotBeWrittenIsRefusedFirst) {
  Ending ending =
      run({loup, "explain", LOUP_DESCRIPTIONS "/tiny.toml", "-o", folder / "none/page.html"});
  EXPECT_EQ(ending.code, 1);
  EXPECT_THAT(ending.errors,
              AllOf(HasSubstr("there is no folder " + (folder / "none")), Not(HasSubstr("pass "))));
}

TEST_F(Build, AStageOfAnotherScheduleIsAnsweredWithThoseOfThisOne) {
  Ending ending = run({loup, "build", LOUP_DESCRIPTIONS "/tiny.toml", "--schedule", "textbook",
                       "--emit", "fuse-mask"});
  EXPECT_EQ(ending.code, 1);
  EXPECT_THAT(ending.errors, HasSubstr("no stage 'fuse-mask'; expected one of its passes, "
                                       "'check-masks', 'derive-decoder', "));
}

// What an earlier export left in the folder does not harm.
TEST_F(Build, ExportedSourcesBuildWithoutLoup) {
  for (const char *schedule : {"textbook", "fused"}) {
    Ending ending = run({loup, "build", LOUP_DESCRIPTIONS "/tiny.toml", "--schedule", schedule,
                         "--emit", "cpp", "-o", folder / "sources"});
    ASSERT_EQ(ending.code, 0) << ending.errors;
  }
  Ending ending = run({"/usr/bin/env", "-u", "CXX", "make", "-C", folder / "sources", "translate"});
  EXPECT_EQ(ending.code, 0) << ending.errors;
  EXPECT_THAT(ending.output, Not(HasSubstr("-l:")));
  ending = run({folder / "sources/translate", "--help"});
  EXPECT_EQ(ending.code, 0) << ending.errors;
}

TEST_F(Build, AFolderInAProgramsPlaceIsKept) {
  std::filesystem::create_directories(folder / "programs/train");
  Ending ending = run({loup, "build", LOUP_DESCRIPTIONS "/tiny.toml", "-o", folder / "programs"});
  EXPECT_EQ(ending.code, 1);
  EXPECT_THAT(ending.errors, HasSubstr((folder / "programs/train") + " is a folder"));
  EXPECT_FALSE(std::filesystem::exists(folder / "programs/source"));
}

TEST_F(Build, WhatTouchesNoKernelCompilesNone) {
  std::string description = readFile(LOUP_DESCRIPTIONS "/tiny.toml");
  writeFile(folder / "tiny.toml", description + "\n[decode]\nbeam = 7\n");
  Ending ending = run({loup, "build", folder / "tiny.toml", "-o", folder / "programs"});
  EXPECT_EQ(ending.code, 0);
  EXPECT_THAT(ending.errors, HasSubstr("(0 compiled now)"));
  ending = run({folder / "programs/translate", "--help"});
  EXPECT_THAT(ending.output, HasSubstr("--beam N=7"));
}

// The printed sources are for any C++20 compiler.
TEST_F(Build, TheDriverHasNoWarningsFromGcc) {
  for (const std::string programs : {"tiny-textbook", "tiny-fused"}) {
    std::string source = LOUP_BUILT "/" + programs + "/source/";
    Ending ending = run({"/usr/bin/env", "g++", "-std=c++20", "-Wall", "-Wextra", "-Werror",
                         "-fsyntax-only", "-I" LOUP_PREFIX "/include", source + "model.cpp",
                         source + "train.cpp", source + "translate.cpp"});
    EXPECT_EQ(ending.code, 0) << ending.errors;
  }
}

} // namespace
} // namespace loup::test
