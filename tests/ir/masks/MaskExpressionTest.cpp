#include "ir/masks/MaskExpression.h"

#include "tests/ir/masks/RandomMask.h"

#include <gmock/gmock.h>

#include <optional>

namespace loup {
namespace {

using ::testing::HasSubstr;

/// Rows of the mask as text, `x` where allowed: 5 queries, 5 keys.
std::string picture(const std::string &text, int64_t length = 5) {
  MaskSet set = MaskExpression::parse(text).allowed();
  std::string rows;
  for (int64_t q = 0; q < 5; ++q) {
    for (int64_t k = 0; k < 5; ++k)
      rows += set.contains(q, k, {5, 5, length}) ? 'x' : '.';
    rows += ' ';
  }
  return rows;
}

/// The set of a random mask, unless it comes to more than a mask may.
std::optional<MaskSet> parseSmall(const std::string &text) {
  try {
    return MaskExpression::parse(text).allowed();
  } catch (const MaskError &error) {
    EXPECT_THAT(error.message, HasSubstr("alternatives"));
    return std::nullopt;
  }
}

TEST(MaskExpression, WordsMeanWhatTheirNamesSay) {
  EXPECT_EQ(picture("causal"), "x.... xx... xxx.. xxxx. xxxxx ");
  EXPECT_EQ(picture("padding", 3), "xxx.. xxx.. xxx.. xxx.. xxx.. ");
  EXPECT_EQ(picture("window(2)"), "xx... xxx.. .xxx. ..xxx ...xx ");
  EXPECT_EQ(picture("sink(2)"), "xx... xx... xx... xx... xx... ");
  EXPECT_EQ(picture("causal & (window(2) | sink(1))"), "x.... xx... xxx.. x.xx. x..xx ");
}

TEST(MaskExpression, PredicatesAreArithmetic) {
  EXPECT_EQ(picture("k <= q & (q - k < 2 | k < 1)"), picture("causal & (window(2) | sink(1))"));
  EXPECT_EQ(picture("0 <= q - k < 2"), picture("causal & window(2)"));
  EXPECT_EQ(picture("k + -2 * q == 0"), "x.... ..x.. ....x ..... ..... ");
  EXPECT_EQ(picture("k != q"), ".xxxx x.xxx xx.xx xxx.x xxxx. ");
  EXPECT_EQ(picture("2 * (k - 1) > q"), "..xxx ..xxx ...xx ...xx ....x ");
}

TEST(MaskExpression, RemaindersCountUpFromZero) {
  EXPECT_EQ(picture("(q - k) % 3 == 0"), "x..x. .x..x ..x.. x..x. .x..x ");
  EXPECT_EQ(picture("(q - k) % 3 == 2"), ".x..x ..x.. x..x. .x..x ..x.. ");
  EXPECT_EQ(picture("k % 2 == q % 2"), picture("(q - k) % 2 == 0"));
  EXPECT_EQ(picture("k <= q & (q - k < 2 | k % 4 == 0)"), "x.... xx... xxx.. x.xx. x..xx ");
  EXPECT_EQ(picture("k - k % 2 <= q - q % 2"), "xx... xx... xxxx. xxxx. xxxxx ");
  EXPECT_EQ(picture("k - k % 2 == q - q % 2"), "xx... xx... ..xx. ..xx. ....x ");
  EXPECT_EQ(picture("q % 3 + k < 3"), "xxx.. xx... x.... xxx.. xx... ");
  EXPECT_EQ(picture("(2 * q + 1) % 4 == 1 & k < 7 % 4"), "xxx.. ..... xxx.. ..... xxx.. ");
  EXPECT_EQ(picture("5 % 3 * k == 2 * q % 3"), picture("2 * k == (2 * q) % 3"));
}

TEST(MaskExpression, ModuliOfConstantsDoNotCount) {
  EXPECT_EQ(picture("k % 64 < 3 % 7 & 100 % 70 == 30"), picture("k < 3"));
  EXPECT_EQ(MaskExpression::parse("3 % 7 == 3 & causal").allowed().modulus(), 1);
  EXPECT_EQ(picture("q % 8 % 7 == 0 & k % 4 == 1 % 5"), picture("q == 0 & k == 1"));
}

TEST(MaskExpression, KnowsTheExamplesPrefixAndItsAbsentKeys) {
  MaskSet prefix = MaskExpression::parse("causal | prefix").allowed();
  EXPECT_TRUE(prefix.contains(0, 2, {5, 5, 5, 3}));
  EXPECT_FALSE(prefix.contains(0, 3, {5, 5, 5, 3}));
  MaskSet present = MaskExpression::parse("causal & present | k == q").allowed();
  EXPECT_TRUE(present.contains(2, 1, {5, 5, 5}, true));
  EXPECT_FALSE(present.contains(2, 1, {5, 5, 5}, false));
  EXPECT_TRUE(present.contains(2, 2, {5, 5, 5}, false));
}

TEST(MaskExpression, ADocumentIsRaggednessAndNoSet) {
  MaskExpression mask = MaskExpression::parse("(document & causal) & window(3)");
  EXPECT_TRUE(mask.perDocument());
  EXPECT_EQ(mask.allowed().describe(), "k <= q and q <= k + 2");
  EXPECT_FALSE(MaskExpression::parse("causal").perDocument());
}

TEST(MaskExpression, KnowsItsWordsWhereTheSetDoesNotDependOnThem) {
  MaskExpression mask = MaskExpression::parse("k < q & (causal | present) & window(3)");
  EXPECT_FALSE(mask.allowed().dependsOn(MaskCondition::Present));
  for (const char *word : {"causal", "present", "window", "k"})
    EXPECT_TRUE(mask.says(word)) << word;
  for (const char *word : {"prefix", "3", "&", ""})
    EXPECT_FALSE(mask.says(word)) << word;
}

TEST(MaskExpression, NotBindsTighterThanAndThanOr) {
  EXPECT_EQ(picture("sink(1) | k > 3 & q > 3"), picture("sink(1) | (k > 3 & q > 3)"));
  EXPECT_EQ(picture("!sink(1) & causal"), picture("(!sink(1)) & causal"));
  EXPECT_EQ(picture("!k < 1"), picture("!(k < 1)"));
  EXPECT_EQ(picture("!!causal"), picture("causal"));
}

TEST(MaskExpression, PrintsTheUsersOwnWords) {
  auto words = [](const char *text) { return MaskExpression::parse(text).words(); };
  EXPECT_EQ(words("causal&padding"), "causal & padding");
  EXPECT_EQ(words("  !( causal )\n| window ( 64 )"), "!(causal) | window(64)");
  EXPECT_EQ(words("k<=q&(q-k<64|k<4)"), "k <= q & (q - k < 64 | k < 4)");
  EXPECT_EQ(words("- q+ -3*k>=-(k) - 1"), "-q + -3 * k >= -(k) - 1");
}

struct Mistake {
  const char *text;
  size_t offset, length;
  const char *message;
  const char *suggestion;
};

TEST(MaskExpression, PlacesMistakesAndSaysWhatWouldBeRight) {
  const Mistake mistakes[] = {
      {"causl & padding", 0, 5, "unknown word 'causl'", "causal"},
      {"causal & pad", 9, 3, "it may hold causal, padding, window(n), sink(n), prefix, present",
       "padding"},
      {"Causal", 0, 6, "unknown word 'Causal'", "causal"},
      {"causal and padding", 7, 3, "'and' is no word of masks", "&"},
      {"(causal AND padding)", 8, 3, "'AND' is no word of masks", "&"},
      {"causal & or", 9, 2, "'or' is no word of masks", "|"},
      {"not causal", 0, 3, "'not' is no word of masks", "!"},
      {"i <= j", 0, 1, "unknown word 'i'", ""},
      {"Q >= k", 0, 1, "unknown word 'Q'", "q"},
      {"causal | document", 9, 8, "it cannot stand under '|', only beside '&'", ""},
      {"!(causal & document)", 11, 8, "it cannot stand under '!', only beside '&'", ""},
      {"(q - k) % 65 == 0", 10, 2, "a mask's moduli go to 64", ""},
      {"q % 9 == 0 & k % 11 == 0", 17, 2, "have the least common multiple 99", ""},
      {"q % 0 == 0", 4, 1, "'%' needs a whole number of at least 1 on its right", ""},
      {"q % k == 0", 4, 1, "'%' needs a whole number of at least 1 on its right", ""},
      {"(q % 8 + 3) % 7 == 0 & k % 9 == 0", 27, 1, "have the least common multiple 72", ""},
      {"k % 3 == 0 & k % 70 == 0", 17, 2, "a mask's moduli go to 64", ""},
      {"q % causal == 0", 4, 6, "'causal' is a condition where a number is needed", ""},
      {"k < prefix", 4, 6, "'prefix' is a condition where a number is needed; it stands by itself",
       ""},
      {"k < length", 4, 6, "'length' is no word of masks; 'padding' by itself says k < length", ""},
      {"q % 4 * k == 0", 0, 9, "a position may only be multiplied by a constant", ""},
      {"16 * (q % 64) * 1000 < k", 0, 20, "exceeds 1000000", ""},
      {"1000 * (q % 64) < k", 0, 19, "comes to 64 alternatives", ""},
      {"causal && padding", 7, 2, "no sign of masks", "&"},
      {"causal || padding", 7, 2, "no sign of masks", "|"},
      {"causal, padding", 6, 1, "no sign of masks", "&"},
      {"(causal, padding)", 7, 1, "no sign of masks", "&"},
      {"causal & , padding", 9, 1, "',' needs a condition or a number before it", ""},
      {"k =< q", 2, 2, "no sign of masks", "<="},
      {"k <> q", 2, 2, "'<>' is no sign of masks", "!="},
      {"q ** 2 < k", 2, 2, "'**' is no sign of masks; a position may be multiplied by a constant",
       ""},
      {"k = q", 2, 1, "no sign of masks", "=="},
      {"k / 2 <= q", 2, 1, "'/' is no sign of masks; they are <= >=", ""},
      {"k \u2264 q", 2, 3, "'\u2264' is no sign of masks", "<="},
      {"k \u2265 q", 2, 3, "no sign of masks", ">="},
      {"k \u2260 q", 2, 3, "no sign of masks", "!="},
      {"causal \u2227 padding", 7, 3, "no sign of masks", "&"},
      {"causal \u2228 padding", 7, 3, "no sign of masks", "|"},
      {"\u00ACcausal", 0, 2, "no sign of masks", "!"},
      {"q \u2212 k < 4", 2, 3, "no sign of masks", "-"},
      {"k\u00A0<= q", 1, 2, "'U+00A0' is no sign of masks; they are <= >=", ""},
      {"k \u202E<= q", 2, 3, "'U+202E' is no sign of masks", ""},
      {"\u0441ausal", 0, 2, "'U+0441' is no sign of masks", ""},
      {"k \U0001F60A q", 2, 4, "'U+1F60A' is no sign of masks", ""},
      {"k \x1B q", 2, 1, "'U+001B' is no sign of masks", ""},
      {"k \xFF q", 2, 1, "'U+FFFD' is no sign of masks", ""},
      {"", 0, 0, "a condition is missing here, such as causal", ""},
      {"causal &", 8, 0, "a condition is missing here", ""},
      {"causal & & padding", 9, 1, "'&' needs a condition or a number before it", ""},
      {"(causal", 0, 1, "this bracket is never closed", ""},
      {"causal & (k < 3 & (q < 2)", 9, 1, "this bracket is never closed", ""},
      {"(causal padding)", 8, 7, "'padding' cannot follow here", ""},
      {"causal)", 6, 1, "this bracket closes nothing", ""},
      {"causal padding", 7, 7, "'padding' cannot follow here; join conditions with & or |", ""},
      {"q", 0, 1, "'q' is a number where a condition is needed; compare it, as in k <= q", ""},
      {"causal & k - 1", 9, 5, "'k - 1' is a number where a condition is needed", ""},
      {"causal < 3", 0, 6, "'causal' is a condition where a number is needed", ""},
      {"1 + (k < q)", 4, 7, "'(k < q)' is a condition where a number is needed", ""},
      {"present()", 0, 9, "'present' takes nothing in brackets", "present"},
      {"causal & padding ( 3 )", 9, 13, "'padding' takes nothing in brackets", "padding"},
      {"q(3) < k", 0, 4, "'q' takes nothing in brackets", "q"},
      {"causal | prefix(3)", 9, 9, "'prefix' takes no number: the data say", "sink(3)"},
      {"prefix(0)", 0, 9, "'prefix' takes nothing in brackets", "prefix"},
      {"causal (padding)", 7, 1, "'(' cannot follow here; join conditions with & or |", ""},
      {"q * k <= 3", 0, 5, "a position may only be multiplied by a constant", ""},
      {"window", 0, 6, "'window' needs a number of positions", "window(64)"},
      {"window(0)", 7, 1, "needs a number of at least 1", ""},
      {"window(q)", 7, 1, "needs a number of at least 1", ""},
      {"sink(4", 6, 0, "')' is missing here", ""},
      {"sink(4, 5)", 6, 1, "'sink' takes one number and nothing behind it", ""},
      {"window(2 | 3)", 9, 1, "'window' takes one number and nothing behind it", ""},
      {"window(2, 3) & causal", 8, 3, "2 positions back and 3 ahead are q - 2 <= k <= q + 3", ""},
      {"k < 1000001", 4, 7, "the number 1000001 is too large; a mask's numbers go to 1000000", ""},
      {"k < 99999999999999999999", 4, 20, "too large", ""},
      {"1000 * 1001 < 3", 0, 11, "exceeds 1000000", ""},
      {"k + 16 * k <= q", 0, 10, "a position may be multiplied by at most 16", ""},
  };
  for (const Mistake &mistake : mistakes) {
    SCOPED_TRACE(mistake.text);
    try {
      MaskExpression::parse(mistake.text);
      ADD_FAILURE() << "was taken for right";
    } catch (const MaskError &error) {
      EXPECT_EQ(error.offset, mistake.offset);
      EXPECT_EQ(error.length, mistake.length);
      EXPECT_THAT(error.message, HasSubstr(mistake.message));
      EXPECT_EQ(error.suggestion, mistake.suggestion);
    }
  }
}

TEST(MaskExpression, RefusesWhatWouldTakeLongToProve) {
  auto mistakeIn = [](const std::string &text) -> std::string {
    try {
      MaskExpression::parse(text);
      return "";
    } catch (const MaskError &error) {
      return error.message;
    }
  };
  auto repeat = [](const std::string &part, int times) {
    std::string text;
    for (int i = 0; i < times; ++i)
      text += part;
    return text;
  };
  EXPECT_EQ(mistakeIn(repeat("(", 30) + "causal" + repeat(")", 30)), "");
  EXPECT_THAT(mistakeIn(repeat("(", 400)), HasSubstr("nest more than 32 deep"));
  EXPECT_THAT(mistakeIn(repeat("!", 400)), HasSubstr("nest more than 32 deep"));
  EXPECT_THAT(mistakeIn(repeat("-", 400) + "q < 1"), HasSubstr("nest more than 32 deep"));
  EXPECT_THAT(mistakeIn(repeat("k < 1 | ", 40) + "causal"), HasSubstr("32 words and comparisons"));
  EXPECT_THAT(mistakeIn(repeat(" ", 1001)), HasSubstr("1000 characters"));
  std::string stripes = "k == 0";
  for (int i = 1; i < 17; ++i)
    stripes += " | k == " + std::to_string(2 * i);
  EXPECT_EQ(mistakeIn(stripes), "");
  EXPECT_THAT(mistakeIn("(k != 0 & k != 4 & k != 8 & k != 12) & (q != 0 & q != 4 & q != 8 & q != "
                        "12) & (k - q != 2 & k - q != 5)"),
              HasSubstr("alternatives; a mask may have 32"));
}

TEST(MaskExpression, AgreesWithEnumerationOnRandomMasks) {
  std::mt19937 random(1);
  int withClasses = 0;
  for (int round = 0; round < 400; ++round) {
    test::RandomMask mask = test::randomMask(random, round % 4, test::Language(round % 3 != 0));
    SCOPED_TRACE(mask.text);
    auto set = parseSmall(mask.text);
    if (!set)
      continue;
    withClasses += set->modulus() > 1;
    auto alternatives = set->alternatives();
    MaskSet without = set->withoutClasses();
    for (int64_t q = 0; q < 13; ++q)
      for (int64_t k = 0; k < 13; ++k) {
        int64_t m = 2 * set->modulus();
        MaskSet inClass = set->inClass(m, q % m, k % m);
        for (int64_t at = 0; at < 8; ++at) {
          MaskSizes sizes{13, 13, at * 3 % 13, at % 4};
          bool present = at % 2;
          bool expected = mask.allows(q, k, sizes.length, sizes.prefix, present);
          ASSERT_EQ(set->contains(q, k, sizes, present), expected)
              << "q=" << q << " k=" << k << " length=" << sizes.length << " prefix=" << sizes.prefix
              << (present ? "" : " absent");
          ASSERT_LE(expected, without.contains(q, k, sizes, present));
          bool byConditions = llvm::any_of(alternatives, [&](const MaskAlternative &alternative) {
            return alternative.classes.contains(q, k) &&
                   llvm::all_of(alternative.conditions, [&](const MaskCondition &c) {
                     return c.holds(q, k, sizes, present);
                   });
          });
          ASSERT_EQ(byConditions, expected);
          ASSERT_EQ(inClass.contains(q / m, k / m, sizes, present), expected);
        }
      }
  }
  EXPECT_GT(withClasses, 40);
}

TEST(MaskExpression, ReadsItsOwnPrintAgain) {
  std::mt19937 random(2);
  for (int round = 0; round < 200; ++round) {
    test::RandomMask mask = test::randomMask(random, 2, test::Language::Whole);
    SCOPED_TRACE(mask.text);
    if (!parseSmall(mask.text))
      continue;
    MaskExpression expression = MaskExpression::parse(mask.text);
    MaskExpression again = MaskExpression::parse(expression.words());
    EXPECT_EQ(again.words(), expression.words());
    EXPECT_TRUE(again.allowed().intersect(expression.allowed().complement()).isEmpty());
    EXPECT_TRUE(expression.allowed().intersect(again.allowed().complement()).isEmpty());
  }
}

TEST(MaskExpression, AnswersAnyTextWithAMaskOrAPlacedMistake) {
  std::mt19937 random(3);
  const std::string letters = "causalpdingwqk ()()!&|<>=+-*%0123456789,\xC3\xA9\x80 \n";
  for (int round = 0; round < 2000; ++round) {
    std::string text = test::randomMask(random, 2, test::Language::Whole).text;
    for (int edits = random() % 4; edits >= 0; --edits)
      text.replace(random() % text.size(), random() % 3, 1, letters[random() % letters.size()]);
    try {
      MaskExpression::parse(text);
    } catch (const MaskError &error) {
      ASSERT_LE(error.offset + error.length, text.size()) << text;
      ASSERT_FALSE(error.message.empty());
    }
  }
}

} // namespace
} // namespace loup
