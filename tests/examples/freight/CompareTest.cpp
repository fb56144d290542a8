#include "examples/freight/Compare.h"
#include "tests/runtime/Subprocess.h"

#include <gmock/gmock.h>

namespace loup::freight {
namespace {

using testing::HasSubstr;

const std::string expected =
    R"({"from":"DEHAM","to":"NLRTM","goods":[{"name":"rice","count":2,"weight":{"value":18.50,"unit":"t"}}]})";

Tally tallyOf(const std::string &predicted) {
  Tally tally;
  tally.add(compare(predicted, expected));
  return tally;
}

TEST(Compare, FindsNothingWrongInTheSame) {
  Comparison comparison = compare(expected, expected);
  EXPECT_TRUE(comparison.right());
  EXPECT_EQ(comparison.fields.size(), 6u);
  EXPECT_EQ(tallyOf(expected).closedSets().right, 4);
  EXPECT_EQ(tallyOf(expected).whole.right, 1);
}

TEST(Compare, NamesThePlaceOfAWrongValue) {
  std::string predicted = expected;
  predicted.replace(predicted.find("\"t\""), 3, "\"kg\"");
  Comparison comparison = compare(predicted, expected);
  EXPECT_FALSE(comparison.right());
  const Field &unit = comparison.fields.back();
  EXPECT_EQ(unit.path, "goods[0].weight.unit");
  EXPECT_EQ(unit.kind(), Kind::Units);
  EXPECT_EQ(unit.expected, "\"t\"");
  EXPECT_EQ(unit.predicted, "\"kg\"");
}

TEST(Compare, TakesNumbersByTheirValue) {
  std::string predicted = expected;
  predicted.replace(predicted.find("18.50"), 5, "18.5");
  EXPECT_TRUE(compare(predicted, expected).right());
}

TEST(Compare, CountsWhatIsMissingAndWhatIsTooMuch) {
  Tally tally = tallyOf(
      R"({"from":"DEHAM","arrival":"2026-03-14","goods":[{"name":"rice"},{"name":"tea"}]})");
  auto count = [&](Kind kind) { return tally.fields[static_cast<size_t>(kind)]; };
  EXPECT_EQ(count(Kind::Ports).right, 1);
  EXPECT_EQ(count(Kind::Ports).all, 2); // "to" is missing
  EXPECT_EQ(count(Kind::Goods).right, 1);
  EXPECT_EQ(count(Kind::Goods).all, 2); // there is no tea
  EXPECT_EQ(count(Kind::Copied).all, 3);
  EXPECT_EQ(count(Kind::Copied).right, 0);
  EXPECT_EQ(tally.whole.right, 0);
}

TEST(Compare, CountsAllOfAnInvalidLineAsWrong) {
  for (std::string predicted :
       {R"({"from":"DEHAM","to")", "", "frozen shrimp", "{}}", "{\"from\":\"\xff\"}"}) {
    Tally tally = tallyOf(predicted);
    EXPECT_EQ(tally.validJson.right, 0) << predicted;
    EXPECT_EQ(tally.closedSets().right, 0);
    EXPECT_EQ(tally.closedSets().all, 4);
  }
}

TEST(Compare, RefusesExpectationsThatAreNoJson) {
  EXPECT_THROW(compare("{}", "frozen shrimp"), std::invalid_argument);
}

class Programs : public testing::Test {
protected:
  test::TemporaryDirectory directory;
  std::string source = directory / "source", target = directory / "target";

  test::Ending run(const std::string &program, std::vector<std::string> command) {
    command.insert(command.begin(), std::string(LOUP_PROGRAMS) + "/" + program);
    return test::run(command);
  }
};

TEST_F(Programs, WrongOptionsAreAnswered) {
  for (auto [option, value, message] :
       {std::array{"--level", "4", "--level: 4 is not 1, 2 or 3"},
        {"--split", "bogus", "--split: bogus is not train, valid or test"},
        {"--count", "0", "--count: 0 is not a whole number above 0"},
        {"--count", "x", "--count: x is not a whole number above 0"}}) {
    test::Ending ending = run("freight-manifests", {source, target, option, value});
    EXPECT_EQ(ending.code, 1);
    EXPECT_EQ(ending.output, "");
    EXPECT_EQ(ending.errors.find(std::string("freight-manifests: ") + message), 0u)
        << ending.errors;
    EXPECT_FALSE(std::filesystem::exists(source));
  }
  EXPECT_EQ(run("freight-check", {target}).errors.find("freight-check: EXPECTED is required"), 0u);
  EXPECT_EQ(run("freight-manifests", {"--help"}).code, 0);
}

TEST_F(Programs, ChecksWhatItWrites) {
  ASSERT_EQ(run("freight-manifests", {source, target, "--count", "50", "--level", "1"}).code, 0);
  test::Ending ending = run("freight-check", {target, target, "--source", source, "--show", "2"});
  EXPECT_EQ(ending.code, 0) << ending.errors;
  EXPECT_THAT(ending.output, HasSubstr("valid JSON                100.0 %  50 of 50\n"));
  EXPECT_THAT(ending.output, HasSubstr("everything right          100.0 %  50 of 50\n"));
  std::string text = test::readFile(source);
  EXPECT_THAT(ending.output, HasSubstr(text.substr(0, text.find('\n'))));
}

TEST_F(Programs, SaysInWordsWhatIsWrong) {
  test::writeFile(target, expected + "\n");
  test::writeFile(source, R"({"from":"USNYC","bill":"X1","goods":[{"name":"rice"}]})"
                          "\n");
  std::string output = run("freight-check", {source, target, "--show", "1"}).output;
  EXPECT_THAT(output, HasSubstr("    from is \"USNYC\", expected \"DEHAM\"\n"));
  EXPECT_THAT(output, HasSubstr("    to is missing, expected \"NLRTM\"\n"));
  EXPECT_THAT(output, HasSubstr("    bill is \"X1\", but the manifest names none\n"));
}

TEST_F(Programs, RefuseFilesThatDoNotFit) {
  test::writeFile(source, "{}\n{}\n");
  test::writeFile(target, "{}\n");
  test::Ending ending = run("freight-check", {source, target});
  EXPECT_EQ(ending.code, 1);
  EXPECT_THAT(ending.errors, HasSubstr("2 lines"));
  EXPECT_EQ(run("freight-check", {directory / "absent", target}).code, 1);
  EXPECT_EQ(run("freight-manifests", {directory / "no/folder", target}).code, 1);
}

} // namespace
} // namespace loup::freight
