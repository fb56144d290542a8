#include "runtime/LineReader.h"

#include "runtime/Errors.h"
#include "tests/runtime/Subprocess.h"

#include <fstream>
#include <gmock/gmock.h>
#include <zlib.h>

using namespace loup;
using namespace loup::test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

namespace {

class LineReaderTest : public testing::Test {
protected:
  std::string file(const std::string &text) const {
    writeFile(directory / "text", text);
    return directory / "text";
  }
  std::string gzipped(const std::string &text, const char *mode = "wb") const {
    std::string path = directory / "text.bin"; // told apart by content, not by name
    gzFile out = gzopen(path.c_str(), mode);
    gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
    gzclose(out);
    return path;
  }
  static std::vector<std::string> lines(LineReader &reader) {
    std::vector<std::string> all;
    for (std::string line; reader.next(line);)
      all.push_back(line);
    return all;
  }
  static std::vector<std::string> linesOf(const std::string &path) {
    LineReader reader(path);
    return lines(reader);
  }

  TemporaryDirectory directory;
};

TEST_F(LineReaderTest, LinesEndInLineFeedsOrInNothing) {
  EXPECT_THAT(linesOf(file("a\n\nb\n")), ElementsAre("a", "", "b"));
  EXPECT_THAT(linesOf(file("a\n\nb")), ElementsAre("a", "", "b"));
  EXPECT_THAT(linesOf(file("\n")), ElementsAre(""));
  EXPECT_THAT(linesOf(file("")), IsEmpty());
}

TEST_F(LineReaderTest, WindowsLineEndsAndByteOrderMarksGo) {
  EXPECT_THAT(linesOf(file("\xEF\xBB\xBF"
                           "a\r\n\r\nb\rc\r\n\xEF\xBB\xBF"
                           "d")),
              ElementsAre("a", "", "b\rc",
                          "\uFEFF"
                          "d"));
}

TEST_F(LineReaderTest, CompressedTextIsReadByItsContent) {
  EXPECT_THAT(linesOf(gzipped("a\nb\n")), ElementsAre("a", "b"));
  gzipped("a\nb\n");
  EXPECT_THAT(linesOf(gzipped("c\n", "ab")), ElementsAre("a", "b", "c")) << "two members";
}

TEST_F(LineReaderTest, LinesMayBeLongerThanTheBuffer) {
  std::string one(300'000, 'x'), two(900'001, 'y');
  EXPECT_THAT(linesOf(file(one + "\n" + two + "\n" + one + "\nz")),
              ElementsAre(one, two, one, "z"));
}

TEST_F(LineReaderTest, SeekingFindsEveryLineAgain) {
  std::string text = "\xEF\xBB\xBF";
  for (int i = 0; i < 100'000; ++i)
    text += std::to_string(i) + (i % 3 ? "\n" : "\r\n");
  for (const std::string &path : {file(text), gzipped(text)}) {
    LineReader reader(path);
    reader.unpack();
    std::vector<int64_t> offsets;
    std::string line;
    do
      offsets.push_back(reader.offset());
    while (reader.next(line));
    for (int64_t i : {0, 99'999, 1, 50'000, 7, 49'999}) {
      reader.seek(offsets[i], i);
      ASSERT_TRUE(reader.next(line));
      EXPECT_EQ(line, std::to_string(i));
      EXPECT_EQ(reader.lineNumber(), i + 1);
      EXPECT_EQ(reader.offset(), offsets[i + 1]);
    }
    reader.seek(offsets.back(), 100'000);
    EXPECT_FALSE(reader.next(line));
    reader.seek(offsets[99'999], 99'999);
    EXPECT_TRUE(reader.next(line)) << "also after the end";
  }
}

TEST_F(LineReaderTest, WhatCannotBeReadIsNamed) {
  EXPECT_THAT([&] { LineReader(directory / "none"); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("none"), HasSubstr("No such file"))));
  EXPECT_THAT([&] { LineReader(directory / ""); },
              ThrowsMessage<UserError>(HasSubstr("is a directory")));
}

TEST_F(LineReaderTest, InvalidTextIsFoundByLineAndByte) {
  EXPECT_THAT(
      [&] { linesOf(file("good\nna\xEFve\n")); },
      ThrowsMessage<UserError>(AllOf(HasSubstr("text, line 2: byte 3, 0xEF"), HasSubstr("iconv"))));
}

TEST_F(LineReaderTest, CompressedTextThatIsCutOffIsRefused) {
  std::string text;
  for (int i = 0; i < 100'000; ++i)
    text += std::to_string(i * 7919 % 100'003) + "\n";
  std::string path = gzipped(text);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_THAT([&] { linesOf(path); },
              ThrowsMessage<UserError>(HasSubstr("ends in the middle of its compressed data")));
}

TEST_F(LineReaderTest, CompressedTextThatIsDamagedIsRefused) {
  std::string path = gzipped(std::string(1000, 'x') + "\n");
  std::fstream(path, std::ios::in | std::ios::out).seekp(14).write("\xFF\xFF\xFF", 3);
  EXPECT_THROW(linesOf(path), UserError);
}

TEST_F(LineReaderTest, UnpackingNeedsADirectory) {
  std::string path = gzipped("a\n");
  const char *before = std::getenv("TMPDIR");
  std::string kept = before ? before : "";
  setenv("TMPDIR", "/nowhere", 1);
  EXPECT_THAT([&] { LineReader(path).unpack(); },
              ThrowsMessage<UserError>(HasSubstr("set TMPDIR")));
  before ? setenv("TMPDIR", kept.c_str(), 1) : unsetenv("TMPDIR");
}

TEST_F(LineReaderTest, FilesAreToldFromWhatIsReadOnce) {
  EXPECT_FALSE(LineReader("/dev/null").isRegular());
  EXPECT_TRUE(LineReader(file("a\n")).isRegular());
}

} // namespace
