#include "tests/codegen/BoundsText.h"
#include "tests/codegen/LoadedKernel.h"
#include "tests/codegen/NaiveAttention.h"
#include "tests/codegen/Near.h"

#include <limits>

namespace loup::test {
namespace {

using testing::ElementsAreArray;
using testing::Pointwise;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

NaiveAttention naiveStep(int64_t hypotheses, int64_t keys, int64_t heads, int64_t width) {
  NaiveAttention naive;
  naive.batch = hypotheses, naive.queries = 1, naive.keys = keys;
  naive.heads = heads, naive.width = width;
  naive.scale = 0.25;
  return naive;
}

/// Whether the kernel looks at every key, or at those that its bounds name.
class AttentionStep : public testing::TestWithParam<bool> {
protected:
  static std::string withBounds(std::string ir, const std::string &mask) {
    std::string bounds = GetParam() ? "{" + boundsText(mask, false, 1) + "}" : "";
    return ir.replace(ir.find("$BOUNDS"), 7, bounds);
  }
};

TEST_P(AttentionStep, ReadsTheKeysOfAncestors) {
  LoadedKernel kernel(withBounds(R"(
    func.func @kernel(%q: [hypothesis, head:3, head_width:16],
                      %keys: [target_key, beam, head:3, head_width:16],
                      %values: [target_key, beam, head:3, head_width:16],
                      %ancestor: i[hypothesis, target_key], %position: i[])
        -> [hypothesis, head:3, head_width:16] {
      %kp = loup.positions : i[target_key]
      %k = loup.lookup %keys along "beam" at %ancestor
          : [target_key, beam, head:3, head_width:16], i[hypothesis, target_key]
         -> [hypothesis, target_key, head:3, head_width:16]
      %v = loup.lookup %values along "beam" at %ancestor
          : [target_key, beam, head:3, head_width:16], i[hypothesis, target_key]
         -> [hypothesis, target_key, head:3, head_width:16]
      %o, %l = loup.attention %q, %k, %v mask <"causal"> queries %position keys %kp scale 0.25
          $BOUNDS : [hypothesis, head:3, head_width:16], [hypothesis, target_key, head:3, head_width:16],
            i[], i[target_key] -> [hypothesis, head:3]
      return %o : [hypothesis, head:3, head_width:16]
    })",
                                 "causal"));
  for (int64_t keys : {1, 5, 33}) {
    constexpr int64_t hypotheses = 7, heads = 3, width = 16;
    Tensor query = randomTensor({hypotheses, heads, width}, 1);
    Tensor cachedKeys = randomTensor({keys, hypotheses, heads, width}, 2);
    Tensor cachedValues = randomTensor({keys, hypotheses, heads, width}, 3);
    Tensor ancestor = randomIntegers({hypotheses, keys}, hypotheses, 4);
    NaiveAttention naive = naiveStep(hypotheses, keys, heads, width);
    naive.query.assign(query.real.begin(), query.real.end());
    for (int64_t i = 0; i < hypotheses * keys; ++i)
      for (int64_t e = 0; e < heads * width; ++e) {
        int64_t at = (i % keys * hypotheses + ancestor.integer[i]) * heads * width + e;
        naive.key.push_back(cachedKeys.real[at]);
        naive.value.push_back(cachedValues.real[at]);
      }
    naive.forward();
    Tensor output =
        kernel({query, cachedKeys, cachedValues, ancestor, static_cast<int32_t>(keys - 1)})[0];
    EXPECT_THAT(output.real, Pointwise(IsNear(1e-5), naive.output));
  }
}

TEST_P(AttentionStep, SeesTheWordsOfItsSentenceOnly) {
  LoadedKernel kernel(withBounds(R"(
    func.func @kernel(%q: [hypothesis, head:2, head_width:24],
                      %keys: [batch, source_key, head:2, head_width:24],
                      %sentence: i[hypothesis], %length: i[hypothesis], %position: i[])
        -> [hypothesis, head:2, head_width:24] {
      %kp = loup.positions : i[source_key]
      %k = loup.lookup %keys along "batch" at %sentence
          : [batch, source_key, head:2, head_width:24], i[hypothesis]
         -> [hypothesis, source_key, head:2, head_width:24]
      %o, %l = loup.attention %q, %k, %k mask <"padding"> queries %position keys %kp
          lengths %length scale 0.25 $BOUNDS
          : [hypothesis, head:2, head_width:24], [hypothesis, source_key, head:2, head_width:24],
            i[], i[source_key], i[hypothesis] -> [hypothesis, head:2]
      return %o : [hypothesis, head:2, head_width:24]
    })",
                                 "padding"));
  constexpr int64_t hypotheses = 5, heads = 2, width = 24, keys = 11, row = heads * width;
  Tensor query = randomTensor({hypotheses, heads, width}, 1);
  Tensor memory = randomTensor({3, keys, heads, width}, 2);
  Tensor sentence{{hypotheses}, {}, {0, 0, 2, 1, 1}}, length{{hypotheses}, {}, {11, 11, 4, 0, 0}};
  std::fill_n(&memory.real[(2 * keys + 4) * row], (keys - 4) * row, nan);
  std::fill_n(&memory.real[keys * row], keys * row, nan);
  NaiveAttention naive = naiveStep(hypotheses, keys, heads, width);
  naive.allowed = [&](int64_t b, int64_t, int64_t k) { return k < length.integer[b]; };
  naive.query.assign(query.real.begin(), query.real.end());
  for (int32_t b : sentence.integer)
    naive.key.insert(naive.key.end(), &memory.real[b * keys * row],
                     &memory.real[b * keys * row] + keys * row);
  naive.value = naive.key;
  naive.forward();
  Tensor output = kernel({query, memory, sentence, length, 3})[0];
  EXPECT_THAT(output.real, Pointwise(IsNear(1e-5), naive.output));

  // The third one alone, without padding.
  Tensor alone{{1, heads, width}, {}, {}}, words{{1, 4, heads, width}, {}, {}};
  alone.real.assign(&query.real[2 * row], &query.real[3 * row]);
  words.real.assign(&memory.real[2 * keys * row], &memory.real[2 * keys * row] + 4 * row);
  Tensor first{{1}, {}, {0}}, four{{1}, {}, {4}};
  output.real.assign(&output.real[2 * row], &output.real[3 * row]);
  EXPECT_THAT(kernel({alone, words, first, four, 3})[0].real, ElementsAreArray(output.real));
}

INSTANTIATE_TEST_SUITE_P(Bounds, AttentionStep, testing::Bool(), [](const auto &info) {
  return std::string(info.param ? "Bounded" : "EveryKey");
});

} // namespace
} // namespace loup::test
