#include "runtime/Corpus.h"

#include "runtime/Errors.h"
#include "tests/runtime/Subprocess.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace loup;
using namespace loup::test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

namespace {

class CorpusTest : public testing::Test {
protected:
  CorpusTest() {
    description.maximumLength = 6;
    tokenizer = loadTokenizer({.kind = "ids", .vocabulary = 1000}, description.ids, "");
  }

  std::string file(const std::string &name, const std::string &text) const {
    writeFile(directory / name, text);
    return directory / name;
  }
  Corpus corpus(const std::vector<TextPair> &files) const {
    return Corpus(files, *tokenizer, *tokenizer, description);
  }
  static std::vector<Example> all(Corpus &corpus) {
    std::vector<Example> examples;
    for (int32_t block = 0; block < corpus.blocks(); ++block)
      corpus.read(block, examples);
    return examples;
  }

  TemporaryDirectory directory;
  Description description;
  std::unique_ptr<Tokenizer> tokenizer;
};

TEST_F(CorpusTest, ExamplesEndInTheEndAndAreNumberedThroughAllFiles) {
  Corpus two =
      corpus({{file("a", "5 6\n7\n"), file("b", "8\n9 10\n")}, {file("c", "11\t12\n"), ""}});
  std::vector<Example> examples = all(two);
  ASSERT_EQ(examples.size(), 3u);
  EXPECT_THAT(examples[0].source, ElementsAre(5, 6, 0));
  EXPECT_THAT(examples[0].target, ElementsAre(8, 0));
  EXPECT_THAT(examples[2].source, ElementsAre(11, 0));
  EXPECT_THAT(examples[2].target, ElementsAre(12, 0));
  EXPECT_EQ(examples[0].number, 0);
  EXPECT_EQ(examples[2].number, 2);
  EXPECT_EQ(two.lines(), 3);
  EXPECT_THAT(two.notices(), IsEmpty());
}

TEST_F(CorpusTest, IdsThatAreNoneAreFoundBeforeAnyBlockIsRead) {
  std::string lines;
  for (int i = 0; i < 1000; ++i)
    lines += "5\n";
  std::string good = file("good", lines + "5\n"), bad = file("bad", lines + "1000\n");
  EXPECT_THAT([&] { corpus({{good, bad}}); },
              ThrowsMessage<UserError>(HasSubstr("bad, line 1001: token id 1000")));
  EXPECT_THAT([&] { corpus({{bad, good}}); },
              ThrowsMessage<UserError>(HasSubstr("bad, line 1001")));
}

TEST_F(CorpusTest, BlocksCanBeReadInAnyOrder) {
  std::string source, target;
  for (int i = 0; i < 1000; ++i) {
    source += std::to_string(4 + i % 900) + "\n";
    target += std::to_string(5 + i % 900) + "\r\n";
  }
  TextPair pair{file("a", source), file("b", target)};
  Corpus twice = corpus({pair, pair});
  EXPECT_EQ(twice.blocks(), 8) << "1,000 lines are 3 blocks and a smaller one";
  for (int32_t block : {7, 0, 3, 4, 1}) {
    std::vector<Example> examples;
    twice.read(block, examples);
    int32_t first = block < 4 ? 256 * block : 1000 + 256 * (block - 4);
    ASSERT_EQ(examples.size(), block % 4 == 3 ? 232u : 256u);
    for (int32_t i = 0; i < static_cast<int32_t>(examples.size()); ++i) {
      EXPECT_EQ(examples[i].number, first + i);
      EXPECT_EQ(examples[i].source[0], 4 + examples[i].number % 1000 % 900);
      EXPECT_EQ(examples[i].target[0], 5 + examples[i].number % 1000 % 900);
      EXPECT_EQ(twice.blockOf(examples[i].number), block);
    }
  }
}

TEST_F(CorpusTest, LongLinesAreCutAndEmptyOnesLeftOut) {
  Corpus odd =
      corpus({{file("a", "4 5 6 7 8\n4 5 6 7 8 9\n\n4\n4\n"), file("b", "4\n4\n4\n  \n5\n")}});
  std::vector<Example> examples = all(odd);
  ASSERT_EQ(examples.size(), 3u);
  EXPECT_THAT(examples[0].source, ElementsAre(4, 5, 6, 7, 8, 0));
  EXPECT_THAT(examples[1].source, ElementsAre(4, 5, 6, 7, 8, 0));
  EXPECT_THAT(examples[2].target, ElementsAre(5, 0));
  EXPECT_EQ(examples[2].number, 4) << "lines left out keep their numbers";
  all(odd); // what is read again does not count again
  EXPECT_THAT(odd.notices(), ElementsAre(AllOf(HasSubstr("a: 1 line was cut"), HasSubstr("line 2")),
                                         HasSubstr("2 pairs of lines were left out")));
}

TEST_F(CorpusTest, BothSidesHaveAsManyLines) {
  std::string longer = file("a", "4\n4\n4\n4\n"), shorter = file("b", "4\n4\n");
  EXPECT_THAT([&] { corpus({{longer, shorter}}); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("a has 4 lines"), HasSubstr("b has 2;"))));
  EXPECT_THAT([&] { corpus({{shorter, longer}}); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("b has 2 lines"), HasSubstr("a has 4;"))));
}

TEST_F(CorpusTest, TsvHasTwoColumns) {
  EXPECT_THAT([&] { corpus({{file("a", "4\t5\n4 5\n"), ""}}); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("a, line 2: 1 column"))));
  EXPECT_THAT([&] { corpus({{file("a", "4\t5\t6\n"), ""}}); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("a, line 1: 3 columns"))));
}

TEST_F(CorpusTest, InvalidTextIsFoundBeforeTraining) {
  EXPECT_THROW(corpus({{file("a", "4\n"), file("b", "\xFF\n")}}), UserError);
}

TEST_F(CorpusTest, PipesAreRefused) {
  EXPECT_THAT([&] { corpus({{"/dev/null", file("b", "")}}); },
              ThrowsMessage<UserError>(HasSubstr("/dev/null is no regular file")));
}

TEST_F(CorpusTest, OtherDataHaveAnotherIdentity) {
  nlohmann::json first = corpus({{file("a", "4 5\n"), file("b", "6\n")}}).identity();
  EXPECT_EQ(corpus({{file("a2", "4 5\r\n"), file("b2", "6")}}).identity(), first);
  EXPECT_NE(corpus({{file("a", "4 5\n"), file("b", "7\n")}}).identity(), first);
  EXPECT_NE(corpus({{file("a", "4\n"), file("b", "5 6\n")}}).identity(), first);
}

TEST_F(CorpusTest, LinesForTokenizersComeFromTheSidesAskedFor) {
  std::vector<TextPair> files{{file("a", "s1\ns2\n"), file("b", "t1\nt2\n")},
                              {file("c", "s3\tt3\n"), ""}};
  auto lines = [&](Side side) {
    std::vector<std::string> all;
    LineSource source = linesOf(files, side);
    while (auto line = source())
      all.push_back(*line);
    return all;
  };
  EXPECT_THAT(lines(Side::Source), ElementsAre("s1", "s2", "s3"));
  EXPECT_THAT(lines(Side::Target), ElementsAre("t1", "t2", "t3"));
  EXPECT_THAT(lines(Side::Both), ElementsAre("s1", "t1", "s2", "t2", "s3", "t3"));
}

} // namespace
