// Each kind of tokenizer on its way through both programs: a few lines learnt by heart.
#include "tests/programs/ProgramTest.h"

#include <algorithm>

namespace loup::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const Words text{"two pallets of shrimp", "one container of tea", "Größe 12 x 20 cm",
                 "tea, 300 kg net",       "cold: -18 °C",         "two containers, one pallet"};
const Words lineNumbers{"4 5 6", "262", "7 7 8 9", "200 100", "30 31 32 33 34", "5 4"};

class Tokenizers : public ProgramTest, public testing::WithParamInterface<const char *> {
protected:
  Tokenizers() : ProgramTest(GetParam()) {
    const Words &lines = GetParam() == std::string("ids") ? lineNumbers : text;
    for (size_t i = 0; i < lines.size(); ++i) {
      sources += lines[i] + "\n";
      targets.push_back(lines[lines.size() - 1 - i]); // of another length, mostly
    }
    writeFile(folder / "train.src", sources);
    std::string all;
    for (const std::string &line : targets)
      all += line + "\n";
    writeFile(folder / "train.tgt", all);
  }

  std::string sources, model = folder / "model";
  Words targets;
};

INSTANTIATE_TEST_SUITE_P(Kinds, Tokenizers,
                         testing::Values("sentencepiece", "words", "characters", "bytes", "ids"),
                         [](const auto &kind) { return kind.param; });

TEST_P(Tokenizers, LinesAreLearntByHeart) {
  train(model, {"--steps", "250", "--threads", "2"});
  EXPECT_EQ(translate(model, sources), targets);
  EXPECT_EQ(translate(model, sources, {"--beam", "3"}), targets);
}

TEST_P(Tokenizers, TheCheckpointHoldsWhatTranslationNeeds) {
  train(model, {"--steps", "60"});
  for (const std::string file : {"train.src", "train.tgt"})
    writeFile(folder / file, "");
  std::vector<std::string> before = translate(model, sources);
  std::rename(model.c_str(), (folder / "elsewhere").c_str());
  EXPECT_EQ(translate(folder / "elsewhere", sources), before);
}

TEST_P(Tokenizers, ResumingKeepsTheTokenizer) {
  std::string whole = folder / "whole";
  train(whole, {"--steps", "12"});
  train(model, {"--steps", "5"});
  train(model, {"--steps", "12", "--resume"});
  EXPECT_EQ(readFile(model), readFile(whole));
}

class SentencePiece : public ProgramTest {
protected:
  SentencePiece() : ProgramTest("sentencepiece") {}
};

TEST_F(SentencePiece, AVocabularyLargerThanTheTextAllowsIsReducedAndSaid) {
  writeFile(folder / "train.src", "ab\nba\nabba\n");
  writeFile(folder / "train.tgt", "ab\nba\nabba\n");
  Ending ending = run(
      join({{trainer(), "--save", folder / "model", "--steps", "2", "--train"}, pair("train")}));
  EXPECT_EQ(ending.code, 0) << ending.errors;
  EXPECT_THAT(ending.output + ending.errors, AllOf(HasSubstr("263"), HasSubstr("vocabulary")));
}

} // namespace
} // namespace loup::test
