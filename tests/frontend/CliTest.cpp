#include "frontend/Cli.h"
#include "frontend/LoadSpec.h"
#include "runtime/Errors.h"

#include <gmock/gmock.h>

#include <optional>
#include <sstream>

namespace loup {
namespace {

using testing::HasSubstr;

class Cli : public testing::Test {
protected:
  /// Runs `loup` with these words and keeps what it says and what it was asked to build.
  void run(std::vector<std::string> words) {
    words.insert(words.begin(), "loup");
    std::vector<char *> argv;
    for (std::string &word : words)
      argv.push_back(word.data());
    argv.push_back(nullptr);
    built.reset();
    measured.reset();
    explained.reset();
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    code = runCommandLine(static_cast<int>(words.size()), argv.data(), commands);
    out = testing::internal::GetCapturedStdout();
    err = testing::internal::GetCapturedStderr();
  }

  Commands commands = {[this](const BuildOptions &options) { built = options; },
                       [this](const BenchOptions &options) { measured = options; },
                       [this](const ExplainOptions &options) { explained = options; },
                       {{"textbook", "as a textbook writes it"}, {"fused", "masks not added"}},
                       {{"import", "what the description says"}, {"cpp", "the driver"}}};
  std::optional<BuildOptions> built;
  std::optional<BenchOptions> measured;
  std::optional<ExplainOptions> explained;
  int code = 0;
  std::string out, err;
};

TEST_F(Cli, Builds) {
  run({"build", "freight.toml", "-o", "freight"});
  EXPECT_EQ(code, 0) << err;
  ASSERT_TRUE(built);
  EXPECT_EQ(built->spec, "freight.toml");
  EXPECT_EQ(built->directory, "freight");
  EXPECT_EQ(built->schedule, "fused");
  EXPECT_EQ(built->stage, "");
  EXPECT_GE(built->jobs, 1);
}

TEST_F(Cli, TakesAllOptions) {
  run({"build", "--schedule", "textbook", "--emit=cpp", "--jobs", "3", "a.toml"});
  EXPECT_EQ(code, 0) << err;
  ASSERT_TRUE(built);
  EXPECT_EQ(built->spec, "a.toml");
  EXPECT_EQ(built->directory, "");
  EXPECT_EQ(built->schedule, "textbook");
  EXPECT_EQ(built->stage, "cpp");
  EXPECT_EQ(built->jobs, 3);
}

TEST_F(Cli, Measures) {
  run({"bench", "a.toml"});
  EXPECT_EQ(code, 0) << err;
  ASSERT_TRUE(measured);
  EXPECT_EQ(measured->spec, "a.toml");
  EXPECT_THAT(measured->schedules, testing::ElementsAre("textbook", "fused"));
  EXPECT_THAT(measured->lengths, testing::IsEmpty());
  EXPECT_FALSE(measured->data);
  EXPECT_EQ(measured->json + measured->svg, "");
  EXPECT_EQ(measured->threads, 0);
}

TEST_F(Cli, TakesAllOptionsOfMeasuring) {
  run({"bench", "--schedules", "fused,textbook,fused", "--lengths=16,8,16", "--json", "a.json",
       "--svg", "a.svg", "--threads", "3", "a.toml"});
  EXPECT_EQ(code, 0) << err;
  ASSERT_TRUE(measured);
  EXPECT_THAT(measured->schedules, testing::ElementsAre("fused", "textbook"));
  EXPECT_THAT(measured->lengths, testing::ElementsAre(16, 8));
  EXPECT_EQ(measured->json, "a.json");
  EXPECT_EQ(measured->svg, "a.svg");
  EXPECT_EQ(measured->threads, 3);
  run({"bench", "a.toml", "--data", "a.src", "a.tgt"});
  EXPECT_EQ(code, 0) << err;
  ASSERT_TRUE(measured && measured->data);
  EXPECT_EQ(measured->spec, "a.toml");
  EXPECT_EQ(measured->data->source, "a.src");
  EXPECT_EQ(measured->data->target, "a.tgt");
}

TEST_F(Cli, Explains) {
  run({"explain", "freight.toml", "-o", "freight.html"});
  EXPECT_EQ(code, 0) << err;
  ASSERT_TRUE(explained);
  EXPECT_EQ(explained->spec, "freight.toml");
  EXPECT_EQ(explained->file, "freight.html");
  EXPECT_EQ(explained->schedule, "fused");
  EXPECT_FALSE(explained->length);
  run({"explain", "--schedule=textbook", "--length", "16", "a.toml", "-o", "a.html"});
  EXPECT_EQ(code, 0) << err;
  ASSERT_TRUE(explained);
  EXPECT_EQ(explained->schedule, "textbook");
  EXPECT_EQ(explained->length, 16);
}

TEST_F(Cli, ExplainsItself) {
  for (const char *word : {"--help", "-h", "help"}) {
    run({word});
    EXPECT_EQ(code, 0);
    EXPECT_THAT(out, HasSubstr("loup build SPEC -o DIR"));
    EXPECT_THAT(out, HasSubstr("loup explain SPEC -o FILE.html"));
  }
  run({"explain", "--help"});
  EXPECT_EQ(code, 0);
  EXPECT_FALSE(explained);
  for (const char *word :
       {"SPEC", "-o FILE", "--schedule", "--length", "8 to 128", "as a textbook writes it"})
    EXPECT_THAT(out, HasSubstr(word));
  run({"--version"});
  EXPECT_EQ(code, 0);
  EXPECT_THAT(out, testing::MatchesRegex("loup [0-9.]+\n"));
  run({"build", "--help"});
  EXPECT_EQ(code, 0);
  EXPECT_FALSE(built);
  for (const char *word : {"SPEC", "-o DIR", "--schedule", "--emit", "--jobs", "textbook",
                           "as a textbook writes it", "import", "what the description says"})
    EXPECT_THAT(out, HasSubstr(word));
  run({"bench", "--help"});
  EXPECT_EQ(code, 0);
  EXPECT_FALSE(measured);
  for (const char *word : {"SPEC", "--schedules", "--lengths", "--data", "--json", "--svg",
                           "--threads", "textbook", "as a textbook writes it", "of peak"})
    EXPECT_THAT(out, HasSubstr(word));
}

TEST_F(Cli, RefusesWithAdvice) {
  struct {
    std::vector<std::string> words;
    const char *answer;
  } const cases[] = {
      {{}, "loup build SPEC -o DIR"},
      {{"biuld"}, "unknown command 'biuld'; did you mean 'build'?"},
      {{"freight.toml"}, "did you mean loup build freight.toml -o DIR?"},
      {{"train"}, "'train' is a program that Loup makes"},
      {{"bench"}, "SPEC is required"},
      {{"bench", "a.toml", "--schedules", "textbook,fussed"}, "did you mean 'fused'?"},
      {{"bench", "a.toml", "--lengths", "8,0"}, "--lengths"},
      {{"bench", "a.toml", "--lengths", "many"}, "--lengths"},
      {{"bench", "a.toml", "--length", "8"}, "did you mean --lengths?"},
      {{"bench", "a.toml", "--data", "a.src"}, "--data"},
      {{"bench", "a.toml", "--data", "a.src", "a.tgt", "--lengths", "8"}, "--lengths"},
      {{"bench", "a.toml", "--threads", "0"}, "--threads"},
      {{"bench", "a.toml", "--threads", "4000"}, "4000 is not a whole number from 1 to"},
      {{"bench", "a.toml", "-o", "d"}, "--json or --svg"},
      {{"build"}, "SPEC is required"},
      {{"build", "a.toml"}, "-o DIR says where the programs go"},
      {{"build", "a.toml", "-o"}, "-o"},
      {{"build", "a.toml", "b.toml", "-o", "d"}, "b.toml"},
      {{"build", "a.toml", "-o", "d", "--schedule", "fussed"}, "did you mean 'fused'?"},
      {{"build", "a.toml", "--emit", "halide"}, "expected 'import' or 'cpp'"},
      {{"build", "a.toml", "-o", "d", "--jobs", "0"}, "--jobs"},
      {{"build", "a.toml", "-o", "d", "--jobs", "many"}, "--jobs"},
      {{"build", "a.toml", "--output", "d"}, "did you mean -o?"},
      {{"build", "a.toml", "-o", "d", "-j", "2"}, "did you mean --jobs?"},
      {{"build", "a.toml", "-o", "d", "--threads=2"}, "did you mean --jobs?"},
      {{"build", "a.toml", "-o", "d", "--shedule", "fused"}, "did you mean --schedule?"},
      {{"build", "--config", "a.toml"}, "loup build SPEC"},
      {{"explian", "a.toml"}, "did you mean 'explain'?"},
      {{"explain", "a.toml"}, "-o"},
      {{"explain", "a.toml", "-o", "a.html", "--length", "2000"}, "--length"},
      {{"explain", "a.toml", "-o", "a.html", "--schedule", "fussed"}, "did you mean 'fused'?"},
      {{"explain", "a.toml", "--html", "a.html"}, "did you mean -o?"},
  };
  for (const auto &[words, answer] : cases) {
    SCOPED_TRACE(testing::PrintToString(words));
    run(words);
    EXPECT_EQ(code, userErrorExitCode);
    EXPECT_THAT(err, HasSubstr(answer));
    EXPECT_EQ(out, "");
    EXPECT_FALSE(built || measured || explained);
  }
}

TEST(LoadSpec, ReportsWhatIsWrongAndStops) {
  std::ostringstream messages;
  try {
    loadSpec(readDescription(LOUP_SOURCE "/tests/failing/order-of-the-file.toml"), messages, false);
    FAIL();
  } catch (const UserError &error) {
    EXPECT_THAT(error.what(), HasSubstr("order-of-the-file.toml: 3 errors, nothing is built"));
  }
  EXPECT_THAT(messages.str(), HasSubstr("unknown key 'clp'"));
}

TEST(LoadSpec, WarnsAndGoesOn) {
  std::ostringstream messages;
  Spec spec =
      loadSpec(readDescription(LOUP_SOURCE "/tests/failing/no-positions.toml"), messages, false);
  EXPECT_EQ(spec.model->position, PositionKind::None);
  EXPECT_THAT(messages.str(), HasSubstr("warning: without positions"));
}

TEST(LoadSpec, NamesFilesThatItCannotRead) {
  auto load = [&](const std::string &path) {
    try {
      readDescription(path);
    } catch (const UserError &error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(load("nowhere.toml"), "nowhere.toml: cannot be read: No such file or directory");
  EXPECT_EQ(load("/"), "/: a directory, where a description (TOML) is expected");
}

} // namespace
} // namespace loup
