// Random masks of the language, random lengths and data: every rung agrees with plain loops, which
// are told by the mask's own truth which pairs are allowed.
#include "tests/codegen/PlainLoops.h"

#include "ir/masks/MaskExpression.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace loup::test {
namespace {

/// LOUP_RANDOM_MASKS asks for more.
int maskCount() {
  const char *asked = std::getenv("LOUP_RANDOM_MASKS");
  return asked ? std::atoi(asked) : 6;
}

int below(std::mt19937 &random, int n) { return static_cast<int>(random() % n); }

template <class... T> auto oneOf(std::mt19937 &random, T... values) {
  return std::array{values...}[below(random, sizeof...(values))];
}

/// Every third within documents.
AttentionSetting randomSetting(std::mt19937 &random, bool withinDocuments) {
  while (true) {
    RandomMask drawn = randomMask(random, 1 + below(random, 2), Language::Whole);
    if (withinDocuments) {
      if (drawn.text.find("prefix") != std::string::npos)
        continue; // is given per row
      drawn.text = "document & (" + drawn.text + ")";
    }
    try {
      MaskExpression::parse(drawn.text);
    } catch (const MaskError &) { // of more alternatives than a mask may have
      continue;
    }
    return {drawn.text,
            drawn.truth,
            oneOf(random, 1, 3),
            oneOf(random, 8, 12),
            oneOf(random, 0.0f, 0.2f),
            oneOf(random, "", "alibi", "<8, 20>")};
  }
}

/// Some number up to `most`, often an end of the range or of a block.
int64_t randomLength(std::mt19937 &random, int64_t least, int64_t most) {
  return std::clamp<int64_t>(oneOf(random, least, most, most - 1, int64_t(16), int64_t(17),
                                   least + below(random, static_cast<int>(most - least) + 1)),
                             least, most);
}

/// Often of as many queries as keys, as where both are the same tokens.
AttentionInputs randomInputs(std::mt19937 &random, const AttentionKernels &kernels) {
  AttentionSizes sizes{1 + below(random, 3), randomLength(random, 1, 70),
                       randomLength(random, 1, 70)};
  if (below(random, 3))
    sizes.keys = sizes.queries;
  AttentionInputs inputs = kernels.inputs(sizes);
  for (int64_t b = 0; b < sizes.batch; ++b) {
    int64_t length = randomLength(random, 0, sizes.keys);
    inputs.lengths.integer[b] = static_cast<int32_t>(length);
    inputs.prefix.integer[b] = static_cast<int32_t>(randomLength(random, 0, length));
    bool isPresent = below(random, 2);
    int often = oneOf(random, 2, 20); // tokens between holes
    for (int64_t k = 0; k < sizes.keys; ++k) {
      isPresent ^= below(random, often) == 0;
      inputs.present.integer[b * sizes.keys + k] = isPresent;
    }
  }
  std::vector<int64_t> ends;
  for (int64_t end = 0; (end += 1 + below(random, 40)) < 70;)
    ends.push_back(end);
  inputs.cutDocuments(ends);
  return inputs;
}

class RandomAttention : public testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(Masks, RandomAttention, testing::Range(0, maskCount()));

TEST_P(RandomAttention, AgreesWithPlainLoopsOnEveryRung) {
  std::mt19937 random(GetParam());
  AttentionSetting setting = randomSetting(random, GetParam() % 3 == 2);
  std::cout << setting << std::endl; // also where a kernel's own checks end the program
  std::vector<AttentionInputs> inputs;
  for (Rung rung : everyRung) {
    setting.rung = rung;
    SCOPED_TRACE(nameOf(rung));
    AttentionKernels kernels(setting);
    while (inputs.size() < 5)
      inputs.push_back(randomInputs(random, kernels));
    for (const AttentionInputs &one : inputs)
      expectPlainLoops(kernels, one);
  }
}

} // namespace
} // namespace loup::test
