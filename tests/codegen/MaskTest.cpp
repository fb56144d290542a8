#include "codegen/kernels/AllowedPairs.h"
#include "ir/Constants.h"
#include "ir/masks/MaskExpression.h"
#include "runtime/Errors.h"
#include "tests/codegen/LoadedKernel.h"

#include <gmock/gmock.h>

#include <limits>

namespace loup::test {
namespace {

using testing::ElementsAreArray;

class MaskWords : public testing::TestWithParam<const char *> {};

TEST_P(MaskWords, MakeTheTensorOfTheSet) {
  std::string words = GetParam();
  LoadedKernel kernel("func.func @kernel(%n: i[batch]) -> [batch, time, time_key] {\n"
                      "  %q = loup.positions : i[time]\n"
                      "  %k = loup.positions : i[time_key]\n"
                      "  %m = loup.mask <\"" +
                      words +
                      "\"> queries %q keys %k lengths %n : i[time], i[time_key], i[batch]"
                      " -> [batch, time, time_key]\n"
                      "  return %m : [batch, time, time_key]\n}");
  MaskExpression mask = MaskExpression::parse(words);
  Tensor lengthOf{{3}, {}, {17, 1, 5}};
  std::vector<float> expected;
  for (int64_t b = 0; b < 3; ++b)
    for (int64_t q = 0; q < 13; ++q)
      for (int64_t k = 0; k < 17; ++k)
        expected.push_back(k < lengthOf.integer[b] &&
                                   mask.allowed().contains(q, k, {13, 17, lengthOf.integer[b]})
                               ? 0
                               : hiddenScore);
  EXPECT_THAT(kernel({lengthOf}, {{"time", 13}, {"time_key", 17}})[0].real,
              ElementsAreArray(expected));
}

INSTANTIATE_TEST_SUITE_P(
    Mask, MaskWords,
    testing::Values("causal", "padding", "causal & padding", "causal & window(4)",
                    "q - k < 3 & k < 7 | k == q", "!causal & padding | sink(2)", "(q - k) % 4 == 0",
                    "causal & (window(3) | (q - k) % 5 < 2)", "k % 3 == 1 | q % 2 == 0 & padding",
                    "k - k % 4 <= q - q % 4 & padding", "(q + k * 2) % 8 > k % 4"));

TEST(Mask, EveryKeyIsRealWithoutLengths) {
  for (const char *words : {"causal", "causal & padding"}) {
    LoadedKernel kernel(
        std::string("func.func @kernel(%x: [time, time_key]) -> [time, time_key] {\n"
                    "  %q = loup.positions : i[time]\n"
                    "  %k = loup.positions : i[time_key]\n"
                    "  %m = loup.mask <\"") +
        words +
        "\"> queries %q keys %k : i[time], i[time_key] -> [time, time_key]\n"
        "  %y = loup.add_mask %x, %m : [time, time_key], [time, time_key]\n"
        "  return %y : [time, time_key]\n}");
    EXPECT_THAT(kernel({Tensor{{2, 3}, {1, 2, 3, 4, 5, 6}, {}}})[0].real,
                ElementsAreArray({1.0f, hiddenScore, hiddenScore, 4.0f, 5.0f, hiddenScore}));
  }
}

TEST(AllowedPairs, TakesTheExamplesPrefixAndPresentKeys) {
  MaskSet mask = MaskExpression::parse("(causal | prefix) & (present | k == q)").allowed();
  Halide::Var k, q;
  for (int prefix : {0, 3})
    for (bool present : {false, true}) {
      AllowedPairs pairs(mask, Halide::Expr(), prefix);
      Halide::Func picture;
      picture(k, q) = pairs.contains(q, k, Halide::Internal::make_bool(present));
      Halide::Buffer<bool> shown = picture.realize({5, 5});
      for (int row = 0; row < 5; ++row)
        for (int column = 0; column < 5; ++column)
          EXPECT_EQ(shown(column, row), mask.contains(row, column, {5, 5, 5, prefix}, present));
    }
  EXPECT_THROW(AllowedPairs(mask, Halide::Expr()), InternalError);
  EXPECT_THROW(AllowedPairs(mask, Halide::Expr(), 3).contains(0, 1), InternalError);
}

TEST(Mask, AsksTheDataWhatItsWordsSpeakOf) {
  LoadedKernel kernel(R"mlir(
    func.func @kernel(%given: i[batch], %present: i[batch, time_key], %q: i[batch, time],
                      %k: i[batch, time_key], %qd: i[batch, time], %kd: i[batch, time_key])
        -> [batch, time, time_key] {
      %m = loup.mask <"document & present & (causal | prefix)"> queries %q keys %k prefix %given
          present %present documents %qd, %kd
          : i[batch, time], i[batch, time_key] prefix i[batch] present i[batch, time_key]
            documents i[batch, time], i[batch, time_key] -> [batch, time, time_key]
      return %m : [batch, time, time_key]
    })mlir");
  MaskSet mask = MaskExpression::parse("present & (causal | prefix)").allowed();
  // Two documents of three and four tokens, and padding.
  Tensor documents{{1, 8}, {}, {4, 4, 4, 5, 5, 5, 5, -1}},
      positions{{1, 8}, {}, {0, 1, 2, 0, 1, 2, 3, 0}};
  for (int32_t given : {0, 2}) {
    Tensor present = randomIntegers({1, 8}, 2, given);
    std::vector<float> expected;
    for (int64_t q = 0; q < 8; ++q)
      for (int64_t k = 0; k < 8; ++k)
        expected.push_back(k < 7 && documents.integer[q] == documents.integer[k] &&
                                   mask.contains(positions.integer[q], positions.integer[k],
                                                 {8, 8, 8, given}, present.integer[k] != 0)
                               ? 0
                               : hiddenScore);
    EXPECT_THAT(
        kernel({Tensor{{1}, {}, {given}}, present, positions, positions, documents, documents})[0]
            .real,
        ElementsAreArray(expected));
  }
}

TEST(Mask, AbsentTokensAreNotPresent) {
  LoadedKernel kernel(R"(
    func.func @kernel(%tokens: i[batch, time]) -> i[batch, time] {
      %p = loup.present %tokens absent 7 : i[batch, time]
      return %p : i[batch, time]
    })");
  EXPECT_THAT(kernel({Tensor{{2, 3}, {}, {7, 8, 0, 6, 7, 7}}})[0].integer,
              ElementsAreArray({0, 1, 1, 1, 0, 0}));
}

TEST(Mask, HiddenScoresAreNotLookedAt) {
  LoadedKernel kernel(R"(
    func.func @kernel(%s: [head:2, time_key], %m: [time_key]) -> [head:2, time_key] {
      %y = loup.add_mask %s, %m : [head:2, time_key], [time_key]
      return %y : [head:2, time_key]
    })");
  float nan = std::numeric_limits<float>::quiet_NaN();
  Tensor scores{{2, 3}, {1, nan, 3, 4, 5, nan}, {}}, mask{{3}, {0, hiddenScore, hiddenScore}, {}};
  EXPECT_THAT(kernel({scores, mask})[0].real,
              ElementsAreArray({1.0f, hiddenScore, hiddenScore, 4.0f, hiddenScore, hiddenScore}));
}

} // namespace
} // namespace loup::test
