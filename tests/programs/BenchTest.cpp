// `loup bench` as a user starts it. No time is asserted.
#include "tests/programs/ProgramTest.h"

#include <filesystem>

namespace loup::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string loup = LOUP_PREFIX "/bin/loup";

class Bench : public testing::Test {
protected:
  /// Measures tiny.toml and gives the JSON.
  json measure(const Words &options) {
    ending = run(join(
        {{loup, "bench", LOUP_DESCRIPTIONS "/tiny.toml", "--json", folder / "json"}, options}));
    EXPECT_EQ(ending.code, 0) << ending.errors;
    return json::parse(readFile(folder / "json"));
  }

  /// The row of `rung` where `task` of the part whose name begins with `part` was measured.
  static json rowOf(const json &results, const std::string &rung, const std::string &task,
                    const std::string &part = "") {
    for (const json &measurement : results["measurements"])
      if (measurement["task"] == task && measurement["part"].get<std::string>().starts_with(part))
        for (const json &row : measurement["rows"])
          if (row["rung"] == rung)
            return row;
    ADD_FAILURE() << "no " << task << " of " << part << " by " << rung;
    return {};
  }

  TemporaryDirectory folder;
  Ending ending;
};

// tiny.toml: width 32, 2 heads, 50 hidden, 1 + 2 layers, 41 target tokens; 8 sentences of 8 tokens
// are its batch. Multiply-adds by hand:
constexpr int64_t tokens = 64, pairs = 8 * 64, causalPairs = 8 * 36;
constexpr int64_t projections = 4 * 32 * 32 * tokens, feedForward = 2 * 32 * 50 * tokens;
constexpr int64_t attention = 2 * 32 * pairs, causalAttention = 2 * 32 * causalPairs;
constexpr int64_t encoderLayer = projections + attention + feedForward;
constexpr int64_t decoderLayer = 2 * projections + causalAttention + attention + feedForward;
constexpr int64_t forward = encoderLayer + 2 * decoderLayer + 32 * 41 * tokens;

TEST_F(Bench, CountsTheSameWorkForAllRungs) {
  json results = measure({"--lengths", "8", "--threads", "1", "--svg", folder / "svg"});
  EXPECT_EQ(results["model"], "tiny");
  EXPECT_EQ(results["machine"]["threads"], 1);
  EXPECT_NE(results["machine"]["cpu"], "");
  double peak = results["machine"]["peak_operations_per_second"];
  EXPECT_GT(peak, 0);

  std::vector<std::string> tasks;
  size_t bars = 0;
  for (const json &measurement : results["measurements"]) {
    tasks.push_back(measurement["task"]);
    std::vector<std::string> rungs;
    for (const json &row : measurement["rows"]) {
      rungs.push_back(row["rung"]);
      EXPECT_GT(row["seconds"], 0);
      EXPECT_GT(row["memory_bytes"], 0);
      EXPECT_EQ(row["tokens"], tokens);
      EXPECT_EQ(row["padding_share"], 0);
      EXPECT_EQ(row["useful_operations"], measurement["rows"][0]["useful_operations"]);
      EXPECT_NEAR(row["share_of_peak"],
                  row["useful_operations"].get<double>() / row["seconds"].get<double>() / peak,
                  1e-9);
      EXPECT_THAT(ending.output, HasSubstr("\n  " + rungs.back() + " "));
      ++bars;
    }
    EXPECT_GE(rungs.size(), 3u);
    EXPECT_EQ(rungs.front(), "textbook");
    EXPECT_EQ(rungs.back(), "packed");
    EXPECT_EQ(measurement["rows"][0]["ratio"], 1);
  }
  EXPECT_THAT(tasks, ElementsAre("training step", "decoding", "attention forward",
                                 "attention backward", "attention forward", "attention backward",
                                 "attention forward", "attention backward"));

  auto operations = [&](const std::string &task, const std::string &part = "") {
    return rowOf(results, "textbook", task, part)["useful_operations"].get<int64_t>();
  };
  EXPECT_EQ(operations("training step"), 2 * 3 * forward);
  EXPECT_EQ(operations("decoding"), 2 * forward); // token by token, but the same in all
  EXPECT_EQ(operations("attention forward", "encoder.layers.0.self_attn"), 2 * attention);
  EXPECT_EQ(operations("attention forward", "decoder.layers.0.self_attn"), 2 * causalAttention);
  EXPECT_EQ(operations("attention backward", "decoder.layers.0.multihead_attn"), 4 * attention);

  std::string svg = readFile(folder / "svg");
  EXPECT_TRUE(svg.starts_with("<svg ")) << svg.substr(0, 20);
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_EQ(split(svg, "<rect ").size() - 1, bars + 1); // and the background

  for (const std::string &line : split(ending.output, "\n"))
    EXPECT_LE(line.size(), 100u) << line;
}

TEST_F(Bench, OnlyTheTextbookMakesMasks) {
  json results = measure({"--lengths", "8", "--schedules", "textbook,packed"});
  constexpr int64_t mask = 4 * pairs;
  EXPECT_EQ(rowOf(results, "textbook", "training step")["mask_bytes"], 5 * mask);
  EXPECT_EQ(rowOf(results, "textbook", "attention forward", "decoder")["mask_bytes"], mask);
  EXPECT_EQ(rowOf(results, "textbook", "attention backward", "decoder")["mask_bytes"], 0);
  for (const json &measurement : results["measurements"])
    EXPECT_EQ(measurement["rows"][1]["mask_bytes"], 0) << measurement;
  // Scores, mask, both, weights and what dropout leaves of them; then [token, width].
  EXPECT_EQ(rowOf(results, "textbook", "attention forward", "encoder")["memory_bytes"],
            4 * 4 * 2 * pairs + mask + 4 * 32 * tokens);
  EXPECT_LT(rowOf(results, "packed", "training step")["memory_bytes"],
            rowOf(results, "textbook", "training step")["memory_bytes"]);
}

TEST_F(Bench, PaddingIsThatOfTheData) {
  writeFile(folder / "src", "5 6 7\n5\n");
  writeFile(folder / "tgt", "6\n6 7 8 9 10\n");
  json results = measure({"--data", folder / "src", folder / "tgt", "--schedules", "fused,packed"});
  json dense = rowOf(results, "fused", "training step");
  EXPECT_EQ(dense["tokens"], 2 + 6);
  EXPECT_NEAR(dense["padding_share"], 1 - (6. + 8) / (2 * 4 + 2 * 6), 1e-9);
  EXPECT_NEAR(rowOf(results, "fused", "decoding")["padding_share"], 1 - 6. / (2 * 4), 1e-9);
  EXPECT_NEAR(rowOf(results, "fused", "attention forward", "decoder")["padding_share"],
              1 - 8. / (2 * 6), 1e-9);
  for (const json &measurement : results["measurements"])
    EXPECT_EQ(measurement["rows"][1]["padding_share"], 0) << measurement;
}

TEST_F(Bench, RefusesBeforeItBuilds) {
  writeFile(folder / "src", "5 6 7\n5\n");
  writeFile(folder / "tgt", "6\n");
  writeFile(folder / "empty", "");
  const std::string tiny = LOUP_DESCRIPTIONS "/tiny.toml", description = readFile(tiny);
  writeFile(folder / "tiny.toml", description);
  struct {
    Words words;
    std::string answer;
  } const cases[] = {
      {{tiny, "--lengths", "8,25"}, "--lengths 25: the model's length is 24"},
      {{tiny, "--schedules", "textbok"}, "did you mean 'textbook'?"},
      {{tiny, "--data", folder / "src", folder / "tgt"}, "lines"},
      {{tiny, "--data", folder / "src", folder / "none"}, "none"},
      {{tiny, "--data", folder / "empty", folder / "empty"}, "no pair of lines"},
      {{tiny, "--lengths", "8", "--json", folder / "none/json"}, "none"},
      {{tiny, "--json", folder / "svg"}, "--json and --svg name the same file"},
      {{tiny, "--data", folder / "src", folder / "tgt", "--json", folder / "tgt"},
       "--json would replace " + (folder / "tgt") + ", which --data reads"},
      {{folder / "tiny.toml", "--json", folder / "./tiny.toml"}, "which loup reads"},
      {{folder / "none.toml"}, "none.toml"},
  };
  for (const auto &[words, answer] : cases) {
    SCOPED_TRACE(testing::PrintToString(words));
    Ending refused = run(join({{loup, "bench"}, words, {"--svg", folder / "svg"}}));
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.errors, HasSubstr(answer));
    EXPECT_THAT(refused.errors, testing::Not(HasSubstr("kernel 1/")));
    EXPECT_EQ(refused.output, "");
    EXPECT_FALSE(std::filesystem::exists(folder / "svg"));
  }
  EXPECT_EQ(readFile(folder / "tiny.toml"), description);
  EXPECT_EQ(readFile(folder / "tgt"), "6\n");
}

} // namespace
} // namespace loup::test
