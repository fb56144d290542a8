// Against the numbers that bleu_reference.py takes from sacrebleu.
#include "runtime/Bleu.h"

#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace loup;

namespace {

const nlohmann::json &reference() {
  static const nlohmann::json parsed = [] {
    std::ifstream file(LOUP_RUNTIME_TESTS "/bleu_reference.json");
    return nlohmann::json::parse(file);
  }();
  return parsed;
}

TEST(Bleu, EqualsSacrebleu) {
  for (const auto &test : reference().at("cases"))
    EXPECT_NEAR(bleu(test.at("hypotheses"), test.at("references")), test.at("bleu"), 1e-9)
        << test.at("name");
}

TEST(Bleu, TokenizesAsSacrebleu) {
  for (const auto &pair : reference().at("tokens")) {
    std::string joined;
    for (const std::string &token : tokenize13a(pair.at(0)))
      joined += (joined.empty() ? "" : " ") + token;
    EXPECT_EQ(joined, pair.at(1).get<std::string>()) << pair.at(0);
  }
}

TEST(Bleu, OfNothingIsZero) { EXPECT_EQ(bleu({}, {}), 0); }

} // namespace
