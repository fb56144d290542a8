#include "runtime/Utf8.h"

#include "runtime/Errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vector>

using namespace loup;
using testing::ElementsAre;

namespace {

/// Plainly from the definition: decode by the lead byte, then ask whether the code point may be
/// written so.
bool validByDefinition(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    auto lead = static_cast<unsigned char>(text[i]);
    int more = lead < 0x80       ? 0
               : lead >> 5 == 6  ? 1
               : lead >> 4 == 14 ? 2
               : lead >> 3 == 30 ? 3
                                 : -1;
    if (more < 0 || i + more >= text.size())
      return false;
    uint32_t c = more == 0 ? lead : lead & (0x3F >> more);
    for (int k = 1; k <= more; ++k) {
      auto next = static_cast<unsigned char>(text[i + k]);
      if (next >> 6 != 2)
        return false;
      c = c << 6 | (next & 0x3F);
    }
    constexpr uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (c < least[more] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
      return false;
    i += more + 1;
  }
  return true;
}

TEST(Utf8, ValidityFollowsTheDefinition) {
  // All sequences of up to two bytes, and of three and four from the bytes where rules change.
  std::string edges;
  for (int edge : {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF,
                   0xE0, 0xE1, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF})
    edges += static_cast<char>(edge);
  for (int a = 0; a < 256; ++a)
    for (int b = 0; b < 256; ++b) {
      std::string text{static_cast<char>(a), static_cast<char>(b)};
      EXPECT_EQ(!findInvalidUtf8(text), validByDefinition(text)) << a << " " << b;
    }
  for (char a : edges)
    for (char b : edges)
      for (char c : edges)
        for (char d : edges) {
          std::string text{a, b, c, d};
          EXPECT_EQ(!findInvalidUtf8(text), validByDefinition(text))
              << testing::PrintToString(text);
        }
}

TEST(Utf8, TheFirstInvalidByteIsFoundAnywhere) {
  for (size_t at = 0; at < 40; ++at) {
    std::string text(40, 'x');
    text[at] = '\xE9';
    EXPECT_EQ(findInvalidUtf8(text), at);
  }
  EXPECT_EQ(findInvalidUtf8("ab\xC3"), 2u) << "cut off";
  EXPECT_EQ(findInvalidUtf8("1234567\u00E9\xE9"), 9u);
}

TEST(Utf8, CodePoints) {
  EXPECT_EQ(codePoint("a"), U'a');
  EXPECT_EQ(codePoint("\u00E9x"), U'\u00E9');
  EXPECT_EQ(codePoint("\u20AC"), U'\u20AC');
  EXPECT_EQ(codePoint("\U0001F642"), U'\U0001F642');
  EXPECT_EQ(codePointLength("\U0001F642"[0]), 4u);
}

TEST(Utf8, WordsAreSplitWherePythonSplitsThem) {
  std::vector<std::string> words;
  forEachWord("  a\tb\u00A0c\u3000\u2028d\u0085 \x1F"
              "e\u200Bf ",
              [&](std::string_view word) { words.emplace_back(word); });
  EXPECT_THAT(words, ElementsAre("a", "b", "c", "d", "e\u200Bf"));
}

TEST(Utf8, ALineIsValidAndOne) {
  EXPECT_EQ(toLine("a\xFF\n\u00E9\r\xC3"), "a\uFFFD \u00E9 \uFFFD");
  EXPECT_NO_THROW(requireUtf8("gr\u00FCn"));
  EXPECT_THROW(requireUtf8("gr\xFCn"), UserError);
}

TEST(Utf8, QuotedTextIsSeenWhole) {
  using namespace std::literals;
  EXPECT_EQ(printable("gr\u00FCn \"5\""), "gr\u00FCn \"5\"");
  EXPECT_EQ(printable("5\0006\n\t\r\x1B[1m\x7F"sv), "5\\x006\\n\\t\\r\\x1b[1m\\x7f");
  EXPECT_EQ(printable("a\u202Eb\u0085\u200B\uFEFF"), "a\\u{202e}b\\u{85}\\u{200b}\\u{feff}");
  EXPECT_EQ(printable("\xFF\u00E9\xC3"), "\\xff\u00E9\\xc3");
  EXPECT_EQ(printable("\u00E9\u00E9\u00E9", 3), "\u00E9\u00E9\u00E9");
  EXPECT_EQ(printable("\u00E9\u00E9\u00E9", 2), "\u00E9\u00E9...");
  EXPECT_EQ(printable(std::string(300'000, '9')), std::string(60, '9') + "...");
}

} // namespace
