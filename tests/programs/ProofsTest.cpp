// What proofs find in the descriptions of tests/failing/proofs, as `loup build` tells it: NAME.toml
// and NAME.expected, all that stands on stderr. LOUP_UPDATE_EXPECTED=1 writes the second one, to be
// read.
#include "tests/programs/ProgramTest.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace loup::test {
namespace {

namespace fs = std::filesystem;

const std::string cases = LOUP_PROOFS "/";

std::vector<std::string> listCases() {
  std::vector<std::string> names;
  for (const fs::directory_entry &entry : fs::directory_iterator(cases))
    if (entry.path().extension() == ".toml")
      names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class Proofs : public testing::TestWithParam<std::string> {};

TEST_P(Proofs, AreToldAsExpected) {
  std::string name = GetParam();
  Ending ending = run({"/usr/bin/env", "-C", cases, LOUP_PREFIX "/bin/loup", "build",
                       name + ".toml", "--emit", "check-masks"});
  bool isRefused = ending.errors.find(" error: ") != std::string::npos;
  EXPECT_TRUE(isRefused || ending.errors.find(" warning: ") != std::string::npos);
  EXPECT_EQ(ending.code, isRefused ? 1 : 0);
  EXPECT_EQ(ending.output.empty(), isRefused);
  if (std::getenv("LOUP_UPDATE_EXPECTED"))
    writeFile(cases + name + ".expected", ending.errors);
  EXPECT_EQ(ending.errors, readFile(cases + name + ".expected"));
}

INSTANTIATE_TEST_SUITE_P(, Proofs, testing::ValuesIn(listCases()), [](const auto &info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

} // namespace
} // namespace loup::test
