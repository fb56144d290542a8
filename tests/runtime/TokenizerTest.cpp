// The tokenizers without learnt segmentation, and what all have in common.
#include "runtime/Tokenizer.h"

#include "runtime/Errors.h"
#include "runtime/IdSlots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace loup;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

namespace {

using Ids = std::vector<int32_t>;

LineSource linesOf(std::vector<std::string> lines) {
  return [lines, next = size_t{0}]() mutable -> std::optional<std::string> {
    return next < lines.size() ? std::optional(lines[next++]) : std::nullopt;
  };
}

std::unique_ptr<Tokenizer> train(const TokenizerDescription &description,
                                 const std::vector<std::string> &lines,
                                 std::vector<std::string> *notices = nullptr) {
  return trainTokenizer(description, {}, linesOf(lines), [&](const std::string &notice) {
    if (notices)
      notices->push_back(notice);
  });
}

TEST(Words, TheMostFrequentGetIdsTiesByBytes) {
  auto words = train({.kind = "words", .vocabulary = 7}, {"b a  c", "\tc b d", "c é"});
  EXPECT_EQ(words->size(), 7);
  EXPECT_THAT(words->encode("c b a d é"), ElementsAre(4, 5, 6, 1, 1));
  EXPECT_EQ(words->decode(Ids{4, 5, 1, 6, 0, 2, 3, 99}), "c b <unk> a");
  EXPECT_THAT(words->encode(" \u00A0"), IsEmpty());
}

TEST(Words, SymbolsComeFirst) {
  auto words = train({.kind = "words", .vocabulary = 8, .symbols = {"<gap>", "c"}}, {"b b c a"});
  EXPECT_EQ(words->size(), 8);
  EXPECT_THAT(words->encode("<gap> c b a"), ElementsAre(4, 5, 6, 7));
}

TEST(Words, OfEmptyTextAreRefused) {
  EXPECT_THAT([] { train({.kind = "words"}, {"", " "}); },
              ThrowsMessage<UserError>(HasSubstr("training text is empty")));
}

TEST(Characters, AreCodePoints) {
  auto characters = train({.kind = "characters", .vocabulary = 8}, {"aa é🙂 a", "é  "});
  EXPECT_EQ(characters->size(), 8);
  EXPECT_THAT(characters->encode("a é🙂x"), ElementsAre(5, 4, 6, 7, 1));
  EXPECT_EQ(characters->decode(Ids{7, 1, 4, 5, 0}), "🙂\uFFFD a");
}

TEST(Bytes, AreTwoHundredAndFiftySix) {
  auto bytes = train({.kind = "bytes", .vocabulary = 260}, {});
  EXPECT_EQ(bytes->size(), 260);
  EXPECT_THAT(bytes->encode("aé"), ElementsAre(4 + 'a', 4 + 0xC3, 4 + 0xA9));
  EXPECT_EQ(bytes->decode(bytes->encode("grün 🙂")), "grün 🙂");
  EXPECT_EQ(bytes->decode(Ids{4 + 'a', 4 + 0xC3, 4 + '\n', 0, 2}), "a\uFFFD ") << "one valid line";
}

TEST(Bytes, NeedAVocabularyForAll) {
  EXPECT_THAT([] { train({.kind = "bytes", .vocabulary = 256}, {}); },
              ThrowsMessage<UserError>(
                  HasSubstr("the bytes and the special ids need vocabulary = 260; it is 256")));
}

TEST(IdLines, AreNumbers) {
  auto ids = train({.kind = "ids", .vocabulary = 10}, {});
  EXPECT_THAT(ids->encode(" 4 9  1"), ElementsAre(4, 9, 1));
  EXPECT_THAT(ids->encode(""), IsEmpty());
  EXPECT_EQ(ids->decode(Ids{4, 1, 9, 0}), "4 1 9");
  auto refuses = [&](const std::string &line, const std::string &message) {
    EXPECT_THAT([&] { ids->encode(line); }, ThrowsMessage<UserError>(HasSubstr(message))) << line;
  };
  refuses("4 10", "token id 10 is not one of the vocabulary's, 0 to 9");
  refuses("-4", "token id -4 is not one");
  refuses("99999999999", "token id 99999999999 is not one");
  refuses("4 five", "\"five\" is no token id");
  refuses("4.5", "\"4.5\" is no token id");
  refuses({"4 5\0006", 5}, "\"5\\x006\" is no token id; lines of ids are numbers");
  refuses(std::string(300'000, '9'), "token id " + std::string(60, '9') + "... is not one");
  refuses("4 0", "token id 0 is the end");
  refuses("2 4", "token id 2 is the begin");
  refuses("3", "token id 3 is the padding");
}

TEST(IdSlots, ComeBetweenTheSpecialIds) {
  IdSlots slots({.end = 2, .unknown = 0, .begin = 2, .padding = 5});
  EXPECT_EQ(slots.id(0), 1);
  EXPECT_EQ(slots.id(1), 3);
  EXPECT_EQ(slots.id(2), 4);
  EXPECT_EQ(slots.id(3), 6);
  EXPECT_EQ(slots.entry(2), std::nullopt);
  EXPECT_EQ(slots.entry(6), 3);
  EXPECT_EQ(slots.size(0), 6);
  EXPECT_EQ(slots.size(4), 7);
  EXPECT_EQ(slots.capacity(7), 4);
}

TEST(Tokenizers, OtherSpecialIdsMoveTheRest) {
  SpecialIds ids{.end = 4, .unknown = 1, .begin = 4, .padding = 0};
  auto words = trainTokenizer({.kind = "words", .vocabulary = 6}, ids, linesOf({"c c c b b a"}),
                              [](const std::string &) {});
  EXPECT_THAT(words->encode("c b a x"), ElementsAre(2, 3, 5, 1));
  EXPECT_EQ(words->decode(Ids{2, 4, 5, 0}), "c a");
  EXPECT_EQ(words->size(), 6);
}

TEST(Tokenizers, ComeBackFromTheirSerializedForm) {
  std::string line = "two words, héé 🙂";
  for (const char *kind : {"words", "characters", "bytes", "sentencepiece"}) {
    TokenizerDescription description{.kind = kind, .vocabulary = 300};
    auto tokenizer = train(description, {line, "b a two c"});
    auto again = loadTokenizer(description, {}, tokenizer->serialize());
    EXPECT_EQ(again->encode(line), tokenizer->encode(line)) << kind;
    EXPECT_EQ(again->decode(again->encode(line)), line) << kind;
    EXPECT_EQ(again->size(), tokenizer->size()) << kind;
    EXPECT_EQ(again->serialize(), tokenizer->serialize()) << kind;
  }
}

TEST(Tokenizers, ALargerVocabularyThanTheTextIsSaid) {
  std::vector<std::string> notices;
  auto words = train({.kind = "words", .vocabulary = 100}, {"a b c"}, &notices);
  EXPECT_EQ(words->size(), 7);
  EXPECT_THAT(notices,
              ElementsAre(HasSubstr(
                  "vocabulary = 100 is more than the training text gives: 7 ids are in use")));
  notices.clear();
  train({.kind = "bytes", .vocabulary = 263}, {}, &notices);
  EXPECT_THAT(notices, ElementsAre(HasSubstr("263 is more than bytes need: 260 ids are in use")));
  notices.clear();
  train({.kind = "words", .vocabulary = 7}, {"a b c"}, &notices);
  EXPECT_THAT(notices, IsEmpty());
}

TEST(Tokenizers, RefuseInvalidText) {
  for (const char *kind : {"words", "characters", "bytes", "ids", "sentencepiece"}) {
    auto tokenizer = train({.kind = kind, .vocabulary = 300}, {"some text"});
    EXPECT_THAT([&] { tokenizer->encode("4 \xE9"); },
                ThrowsMessage<UserError>(HasSubstr("byte 3, 0xE9")))
        << kind;
  }
}

TEST(Tokenizers, TrainOnASampleOfAMillionLines) {
  // 1.5 million lines, every one with a word of its own class: about two thirds of each are seen.
  int64_t given = 0;
  LineSource lines = [&]() -> std::optional<std::string> {
    if (given == 1'500'000)
      return std::nullopt;
    return std::string(1, static_cast<char>('a' + given++ / 100'000));
  };
  auto letters =
      trainTokenizer({.kind = "words", .vocabulary = 19}, {}, lines, [](const std::string &) {});
  EXPECT_EQ(letters->size(), 19) << "early and late lines alike";
}

} // namespace
