#include "runtime/TokenizerPair.h"

#include "runtime/Errors.h"
#include "tests/runtime/Cipher.h"
#include "tests/runtime/Subprocess.h"

#include <gmock/gmock.h>

namespace loup {
namespace {

TEST(TokenizerPairTest, IsMadeFromTheTextOfItsSides) {
  test::TemporaryDirectory folder;
  test::writeFile(folder / "tsv", "a b\tx\nb c\tx y\n");
  Description description = test::cipherDescription();
  std::vector<std::string> notices;
  auto note = [&](const std::string &notice) { notices.push_back(notice); };
  TokenizerPair apart = trainTokenizers(description, {{folder / "tsv", ""}}, note);
  EXPECT_EQ(apart.source->size(), 4 + 3);
  EXPECT_EQ(apart.target().size(), 4 + 2);
  ASSERT_EQ(notices.size(), 2u); // of vocabularies that are smaller than asked for
  EXPECT_THAT(notices[1], testing::StartsWith("target: "));

  description.sharedTokenizer = true;
  TokenizerPair shared = trainTokenizers(description, {{folder / "tsv", ""}}, note);
  EXPECT_EQ(shared.source->size(), 4 + 5);
  EXPECT_EQ(&shared.target(), shared.source.get());
}

TEST(TokenizerPairTest, ComesBackFromACheckpoint) {
  test::Cipher cipher;
  CheckpointInfo info{1, cipher.source->serialize(), cipher.target->serialize()};
  TokenizerPair pair = loadTokenizers(test::cipherDescription(), info, "file");
  EXPECT_EQ(pair.source->encode("c a"), cipher.source->encode("c a"));
  EXPECT_EQ(pair.target().encode("C A"), cipher.target->encode("C A"));

  try {
    loadTokenizers(test::cipherDescription(), {}, "file");
    FAIL();
  } catch (const UserError &error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("use --ids"));
  }
}

TEST(TokenizerPairTest, IdsNeedNoText) {
  TokenizerPair described = loadTokenizers(test::toyDescription(), {}, "file");
  EXPECT_EQ(described.source->encode("7 5"), (std::vector<int32_t>{7, 5}));
  TokenizerPair asked = idTokenizers(test::cipherDescription());
  EXPECT_EQ(asked.target().decode(std::vector<int32_t>{7, 5}), "7 5");
}

} // namespace
} // namespace loup
