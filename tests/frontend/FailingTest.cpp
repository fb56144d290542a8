// Every mistake in tests/failing is answered with exactly the words beside it. A new case is two
// files, NAME.toml and NAME.expected; LOUP_UPDATE_EXPECTED=1 writes the second one, to be read.
#include "frontend/CheckSpec.h"
#include "frontend/ParseSpec.h"
#include "runtime/Files.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>

namespace loup {
namespace {

namespace fs = std::filesystem;

const fs::path folder = fs::path(LOUP_SOURCE) / "tests/failing";

std::vector<std::string> listCases() {
  std::vector<std::string> cases;
  for (const fs::directory_entry &entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".toml")
      cases.push_back(entry.path().stem().string());
  std::sort(cases.begin(), cases.end());
  return cases;
}

class Failing : public testing::TestWithParam<std::string> {
protected:
  // Descriptions are named as they would be from their own folder.
  void SetUp() override { fs::current_path(folder); }
};

TEST_P(Failing, IsAnsweredAsExpected) {
  std::string name = GetParam();
  Diagnostics diagnostics({name + ".toml", readFile(name + ".toml").value()});
  checkSpec(parseSpec(diagnostics), diagnostics);
  std::string text = diagnostics.text(/*colour=*/false);
  EXPECT_NE(text, "") << "this description is right";
  if (std::getenv("LOUP_UPDATE_EXPECTED"))
    std::ofstream(name + ".expected") << text;
  EXPECT_EQ(text, readFile(name + ".expected").value_or("nothing yet"));
}

INSTANTIATE_TEST_SUITE_P(, Failing, testing::ValuesIn(listCases()), [](const auto &info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

} // namespace
} // namespace loup
