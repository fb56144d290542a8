// What proofs find in the descriptions of tests/failing/proofs, as `loup build` tells it: NAME.toml
// and NAME.expected, all that stands on stderr. LOUP_UPDATE_EXPECTED=1 writes the second one, to be
// read. What tests/failing only warns of builds, with the same words.
#include "tests/programs/ProgramTest.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace loup::test {
namespace {

namespace fs = std::filesystem;

const std::string cases = LOUP_PROOFS "/", mistakes = LOUP_PROOFS "/../";

bool isRefusal(const std::string &words) { return words.find(" error: ") != words.npos; }
bool isWarning(const std::string &words) { return words.find(" warning: ") != words.npos; }

std::vector<std::string> listCases(const std::string &folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry &entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".toml")
      names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> listWarnings() {
  std::vector<std::string> names = listCases(mistakes);
  std::erase_if(names, [](const std::string &name) {
    std::string words = readFile(mistakes + name + ".expected");
    return isRefusal(words) || !isWarning(words);
  });
  return names;
}

Ending build(const std::string &folder, const std::string &name) {
  return run({"/usr/bin/env", "-C", folder, LOUP_PREFIX "/bin/loup", "build", name + ".toml",
              "--emit", "check-masks"});
}

class Proofs : public testing::TestWithParam<std::string> {};

TEST_P(Proofs, AreToldAsExpected) {
  std::string name = GetParam();
  Ending ending = build(cases, name);
  bool isRefused = isRefusal(ending.errors);
  EXPECT_TRUE(isRefused || isWarning(ending.errors));
  EXPECT_EQ(ending.code, isRefused ? 1 : 0);
  EXPECT_EQ(ending.output.empty(), isRefused);
  if (std::getenv("LOUP_UPDATE_EXPECTED"))
    writeFile(cases + name + ".expected", ending.errors);
  EXPECT_EQ(ending.errors, readFile(cases + name + ".expected"));
}

class Warnings : public testing::TestWithParam<std::string> {};

TEST_P(Warnings, StopNoBuild) {
  Ending ending = build(mistakes, GetParam());
  EXPECT_EQ(ending.code, 0);
  EXPECT_NE(ending.output, "");
  EXPECT_EQ(ending.errors, readFile(mistakes + GetParam() + ".expected") + "pass check-masks\n");
}

std::string identifierOf(const testing::TestParamInfo<std::string> &info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(, Proofs, testing::ValuesIn(listCases(cases)), identifierOf);
INSTANTIATE_TEST_SUITE_P(, Warnings, testing::ValuesIn(listWarnings()), identifierOf);

} // namespace
} // namespace loup::test
