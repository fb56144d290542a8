// What proofs find in the descriptions of tests/failing/proofs, as `loup build` tells it, and in
// programs written by hand, as loup-opt does: NAME.toml or NAME.mlir, and NAME.expected, all that
// stands on stderr. LOUP_UPDATE_EXPECTED=1 writes the last one, to be read. Who does as its errors
// say is refused no more. What tests/failing only warns of builds, with the same words.
#include "tests/programs/ProgramTest.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <regex>

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

/// The description with each mask that is refused changed as the error on its line says: to what it
/// quotes, or by `empty = "zero"`.
std::string follow(std::string description, const std::string &errors) {
  static const std::regex error(R"([^:]*:(\d+):\d+: error: (.*))"),
      better(R"re((?:as in|write) ("[^"]*"))re"), mask(R"re("""[^"]*"""|"[^"]*")re");
  std::vector<std::string> told = split(errors, "\n");
  std::reverse(told.begin(), told.end()); // so that lines keep their numbers
  for (const std::string &line : told) {
    std::smatch place, words;
    if (!std::regex_match(line, place, error))
      continue;
    auto begin = description.begin();
    for (int i = 1; i < std::stoi(place[1]); ++i)
      begin = std::find(begin, description.end(), '\n') + 1;
    std::string before(description.begin(), begin), from(begin, description.end());
    std::string message = place[2];
    if (std::regex_search(message, words, better))
      from =
          std::regex_replace(from, mask, words[1].str(), std::regex_constants::format_first_only);
    else if (message.ends_with("or say empty = \"zero\""))
      from.insert(from.find(" }"), ", empty = \"zero\"");
    else
      ADD_FAILURE() << "says nothing of what is right: " << line;
    description = before + from;
  }
  return description;
}

std::vector<std::string> listRefusals() {
  std::vector<std::string> names = listCases(cases);
  std::erase_if(names, [](const std::string &name) {
    return name.ends_with(".mlir") || !isRefusal(readFile(expectedOf(cases + name)));
  });
  return names;
}

class Advice : public testing::TestWithParam<std::string> {};

TEST_P(Advice, LeavesNoErrorIfFollowed) {
  TemporaryDirectory folder;
  std::string errors = readFile(expectedOf(cases + GetParam()));
  writeFile(folder / "followed.toml", follow(readFile(cases + GetParam()), errors));
  Ending ending = prove(".", folder / "followed.toml");
  EXPECT_EQ(ending.code, 0) << ending.errors;
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
INSTANTIATE_TEST_SUITE_P(, Advice, testing::ValuesIn(listRefusals()), identifierOf);
INSTANTIATE_TEST_SUITE_P(, Warnings, testing::ValuesIn(listWarnings()), identifierOf);

} // namespace
} // namespace loup::test
