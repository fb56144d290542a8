// What proofs find in the descriptions of tests/failing/proofs, as `loup build` tells it, and in
// programs written by hand, as loup-opt does: NAME.toml or NAME.mlir, and NAME.expected, all that
// stands on stderr. LOUP_UPDATE_EXPECTED=1 writes the last one, to be read. What tests/failing only
// warns of builds, with the same words.
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

/// Names of files.
std::vector<std::string> listCases(const std::string &folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry &entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".toml" || entry.path().extension() == ".mlir")
      names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string expectedOf(const fs::path &file) {
  return fs::path(file).replace_extension(".expected");
}

std::vector<std::string> listWarnings() {
  std::vector<std::string> names = listCases(mistakes);
  std::erase_if(names, [](const std::string &name) {
    std::string words = readFile(expectedOf(mistakes + name));
    return isRefusal(words) || !isWarning(words);
  });
  return names;
}

Ending prove(const std::string &folder, const std::string &name) {
  std::vector<std::string> words = {"/usr/bin/env", "-C", folder};
  if (name.ends_with(".mlir"))
    words.insert(words.end(), {LOUP_PREFIX "/bin/loup-opt", "--check-masks", name});
  else
    words.insert(words.end(), {LOUP_PREFIX "/bin/loup", "build", "--emit", "check-masks", name});
  return run(words);
}

class Proofs : public testing::TestWithParam<std::string> {};

TEST_P(Proofs, AreToldAsExpected) {
  std::string name = GetParam();
  Ending ending = prove(cases, name);
  bool isRefused = isRefusal(ending.errors);
  EXPECT_TRUE(isRefused || isWarning(ending.errors));
  EXPECT_EQ(ending.code, isRefused ? 1 : 0);
  EXPECT_EQ(ending.output.empty(), isRefused);
  if (std::getenv("LOUP_UPDATE_EXPECTED"))
    writeFile(expectedOf(cases + name), ending.errors);
  EXPECT_EQ(ending.errors, readFile(expectedOf(cases + name)));
}

class Warnings : public testing::TestWithParam<std::string> {};

TEST_P(Warnings, StopNoBuild) {
  Ending ending = prove(mistakes, GetParam());
  EXPECT_EQ(ending.code, 0);
  EXPECT_NE(ending.output, "");
  EXPECT_EQ(ending.errors, readFile(expectedOf(mistakes + GetParam())) + "pass check-masks\n");
}

// However intricate a mask is, what is below `causal` is causal through any number of layers.
TEST(Causality, IsFoundThroughIntricateMasks) {
  TemporaryDirectory folder;
  std::string file = folder / "intricate.toml";
  for (const char *words :
       {"window(3) | 2*k == q | 3*k == q | 4*k == q", "window(3) | q - k == 8 | q - k == 16",
        "window(4) | sink(2) | q - k == 8 | q - k == 16 | q - k == 32",
        "sink(1) | k == 5 | q == 7 | 2*k == q | q - k == 3 | k == q"})
    for (const char *layers : {"1", "2", "6"}) {
      std::string repeated = std::string("repeat = ") + layers + "\nself_attention = ";
      writeFile(file, "[[encoder]]\nself_attention = {}\nfeed_forward = { width = 8 }\n"
                      "[[decoder]]\n" +
                          repeated + "{ heads = 2, mask = \"causal & (" + words +
                          ")\", empty = \"zero\" }\ncross_attention = {}\n"
                          "feed_forward = { width = 8 }\n");
      Ending ending = prove(".", file);
      EXPECT_EQ(ending.code, 0) << words << " through " << layers << ": " << ending.errors;
    }
}

std::string identifierOf(const testing::TestParamInfo<std::string> &info) {
  std::string name = fs::path(info.param).stem();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(, Proofs, testing::ValuesIn(listCases(cases)), identifierOf);
INSTANTIATE_TEST_SUITE_P(, Warnings, testing::ValuesIn(listWarnings()), identifierOf);

} // namespace
} // namespace loup::test
