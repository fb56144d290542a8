// The column that says which words of a source are there, and what it makes of tokens.
#include "runtime/Presence.h"

#include "runtime/Errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace loup;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

namespace {

std::unique_ptr<Tokenizer> make(TokenizerDescription description, const std::string &text) {
  return trainTokenizer(
      description, {},
      [text, isRead = false]() mutable -> std::optional<std::string> {
        return std::exchange(isRead, true) ? std::nullopt : std::optional(text);
      },
      [](const std::string &) {});
}

/// The line's text, its absent tokens in brackets.
std::string shown(const Tokenizer &tokenizer, const std::string &line) {
  std::string text;
  for (int32_t token : encodePresent(tokenizer, line)) {
    std::string piece = tokenizer.decode(std::array{idOf(token)});
    text += isPresent(token) ? piece : "(" + piece + ")";
  }
  return text;
}

TEST(Presence, IsThatOfEachWord) {
  auto words = make({.kind = "words", .vocabulary = 10}, "two of tea");
  EXPECT_EQ(shown(*words, "two of tea\t101"), "two(of)tea");
  EXPECT_EQ(shown(*words, "  two  of tea \t0 0 1"), "(two)(of)tea");
  auto ids = make({.kind = "ids", .vocabulary = 300}, "");
  EXPECT_EQ(shown(*ids, "200 4 17\t010"), "(200)4(17)");
}

TEST(Presence, GoesFromWordsToTheirTokens) {
  auto characters = make({.kind = "characters", .vocabulary = 20}, "größe of tea");
  EXPECT_EQ(shown(*characters, "größe tea\t01"), "(g)(r)(ö)(ß)(e) tea");
  EXPECT_EQ(shown(*characters, "tea of\t10"), "tea( )(o)(f)"); // a space goes with what follows
  EXPECT_EQ(shown(*characters, "tea \t1"), "tea ");
  auto bytes = make({.kind = "bytes", .vocabulary = 260}, "");
  std::vector<int32_t> tokens = encodePresent(*bytes, "ö a\t01");
  ASSERT_EQ(tokens.size(), 4u);
  EXPECT_FALSE(isPresent(tokens[0]));
  EXPECT_FALSE(isPresent(tokens[1]));
  EXPECT_TRUE(isPresent(tokens[2]));
  EXPECT_TRUE(isPresent(tokens[3]));
}

TEST(Presence, GoesToThePiecesOfSentencePiece) {
  auto pieces = make({.vocabulary = 30, .byteFallback = false, .symbols = {"<gap>"}},
                     "two pallets of tea and two containers of shrimp");
  for (const char *text : {"two pallets <gap> tea", "  two   palletss <gap>tea tea"}) {
    std::string flags = "1010", joined;
    std::vector<int32_t> tokens = encodePresent(*pieces, std::string(text) + "\t" + flags);
    std::vector<int32_t> there, plain;
    for (int32_t token : tokens) {
      plain.push_back(idOf(token));
      if (isPresent(token))
        there.push_back(token);
    }
    EXPECT_EQ(plain, pieces->encode(text));
    bool isSpaced = std::string(text)[0] != ' ';
    EXPECT_EQ(pieces->decode(there), isSpaced ? "two <gap>" : "two <gap>tea");
  }
}

TEST(Presence, OfEmptyLinesIsNothing) {
  auto words = make({.kind = "words", .vocabulary = 10}, "a");
  for (const char *line : {"", "\t", " \t "})
    EXPECT_THAT(encodePresent(*words, line), ElementsAre()) << line;
}

TEST(Presence, IsRefusedWhereItDoesNotFitTheWords) {
  auto refuses = [](const std::string &line, const char *message) {
    EXPECT_THAT([&] { checkPresence(line); }, ThrowsMessage<UserError>(HasSubstr(message))) << line;
  };
  refuses("a b", "no TAB");
  refuses("a b\t1", "2 words and 1 flag behind the TAB");
  refuses("a\t11", "1 word and 2 flags");
  refuses("\t1", "0 words and 1 flag");
  refuses("a b\t1x", "'x' behind the TAB");
  refuses("a b\t1\u00E9", "'\u00E9' behind the TAB");
  refuses({"a b\t1\0", 6}, "'\\x00' behind the TAB; for each word");
  refuses("\xFF\t1", "UTF-8");
  checkPresence("a\tb\t11"); // the last TAB counts
}

} // namespace
