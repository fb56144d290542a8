#include "runtime/Validator.h"

#include "runtime/Bleu.h"
#include "runtime/Errors.h"
#include "tests/runtime/Cipher.h"
#include "tests/runtime/Subprocess.h"

#include <gmock/gmock.h>

#include <limits>

namespace loup {
namespace {

class ValidatorTest : public testing::Test {
protected:
  ValidatorTest() {
    tokenizers.source = std::move(cipher.source);
    tokenizers.ownTarget = std::move(cipher.target);
    write("c a b\n\nd\nj j\na b c d e f g\nb\n", "C A B\nX\nE\n\nA B C D E F G\nB\n");
  }

  void write(const std::string &source, const std::string &target) const {
    test::writeFile(files.source, source);
    test::writeFile(files.target, target);
  }

  Validator validator(const Limits &limits) {
    Validator result(files, tokenizers, cipher.model.description(), limits);
    cipher.model.reserveTraining(limits);
    cipher.model.reserveDecoding(result.decodingLimits());
    return result;
  }

  static bool goOn(double) { return true; }

  test::TemporaryDirectory folder;
  TextPair files{folder / "src", folder / "tgt"};
  test::Cipher cipher;
  TokenizerPair tokenizers;
};

const Limits wide{64, 24, 24, 1000, 1000, 0}, narrow{2, 24, 24, 24, 24, 0};

TEST_F(ValidatorTest, AveragesTheLossOfRealTokens) {
  Validation validation = *validator(wide).run(cipher.model, goOn);

  // One pair at a time; the second and the fourth have an empty side.
  double loss = 0;
  int tokens = 0;
  for (auto [source, target] :
       {std::pair("c a b", "C A B"), {"d", "E"}, {"a b c d e f g", "A B C D E F G"}, {"b", "B"}}) {
    Batch pair;
    auto with = [](std::vector<int32_t> ids) {
      ids.push_back(0);
      return ids;
    };
    pair.source.append(with(tokenizers.source->encode(source)));
    pair.target.append(with(tokenizers.target().encode(target)));
    pair.examples = {0};
    std::vector<float> losses(pair.target.tokens.size());
    cipher.model.score(pair, losses);
    for (float each : losses)
      loss += each, ++tokens;
  }
  EXPECT_EQ(tokens, 4 + 2 + 8 + 2);
  EXPECT_NEAR(validation.loss, loss / tokens, 1e-6);
}

TEST_F(ValidatorTest, TranslatesEveryLineInItsPlace) {
  Validation validation = *validator(wide).run(cipher.model, goOn);
  EXPECT_NEAR(validation.bleu,
              bleu({"C A B", "", "D", "J J", "A B C D E F G", "B"},
                   {"C A B", "X", "E", "", "A B C D E F G", "B"}),
              1e-9);
  ASSERT_EQ(validation.samples.size(), 5u); // all but the last
  EXPECT_EQ(validation.samples[2].source, "d");
  EXPECT_EQ(validation.samples[2].reference, "E");
  EXPECT_EQ(validation.samples[2].translation, "D");
  EXPECT_EQ(validation.samples[4].translation, "A B C D E F G");
}

TEST_F(ValidatorTest, BatchesChangeNothing) {
  Validation together = *validator(wide).run(cipher.model, goOn);
  std::vector<double> shares;
  // The toy refuses batches beyond its limits.
  Validation apart = *validator(narrow).run(cipher.model, [&](double share) {
    shares.push_back(share);
    return true;
  });
  EXPECT_NEAR(apart.loss, together.loss, 1e-6);
  EXPECT_EQ(apart.bleu, together.bleu);
  EXPECT_THAT(shares, testing::ElementsAre(0, testing::DoubleEq(0.4), testing::DoubleEq(0.8)));
}

TEST_F(ValidatorTest, GivesUpWhenItIsTold) {
  EXPECT_EQ(validator(narrow).run(cipher.model, [](double share) { return share < 0.5; }),
            std::nullopt);
}

TEST_F(ValidatorTest, SaysWhenTheLossIsNoNumber) {
  Validator strict = validator(wide);
  for (float &weight : cipher.model.weights())
    weight = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(strict.run(cipher.model, goOn)->loss));
}

TEST_F(ValidatorTest, CutsLongLinesAndSaysSo) {
  std::string longSource, longTarget;
  for (int i = 0; i < 40; ++i)
    longSource += "a ", longTarget += "A ";
  write("a\n" + longSource + "\n", "A\n" + longTarget + "\n");
  Validator cutting = validator(wide);
  ASSERT_EQ(cutting.notices().size(), 2u);
  EXPECT_THAT(cutting.notices()[0], testing::HasSubstr("src: 1 line was cut"));
  EXPECT_TRUE(cutting.run(cipher.model, goOn));
}

TEST_F(ValidatorTest, NeedsALineWithTextOnBothSides) {
  write("a\n\n", "\nA\n");
  EXPECT_THROW(validator(wide), UserError);
}

} // namespace
} // namespace loup
