#include "runtime/LineStream.h"
#include "runtime/Errors.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <fcntl.h>
#include <string_view>
#include <thread>
#include <unistd.h>

using namespace loup;

namespace {

class LineStreamTest : public testing::Test {
protected:
  ~LineStreamTest() override {
    close(ends[0]);
    end();
  }

  void write(std::string_view text) {
    EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void end() {
    if (ends[1] >= 0)
      close(ends[1]);
    ends[1] = -1;
  }
  std::string next() {
    std::string line;
    return stream.next(line) ? line : "(no more)";
  }

  std::array<int, 2> ends = [] {
    std::array<int, 2> both;
    EXPECT_EQ(pipe(both.data()), 0);
    return both;
  }();
  LineStream stream{ends[0], "the pipe"};
};

TEST_F(LineStreamTest, KnowsWhetherALineHasArrived) {
  EXPECT_FALSE(stream.ready());
  write("one");
  EXPECT_FALSE(stream.ready());
  write(" and a half\ntwo\n\nfour");
  EXPECT_TRUE(stream.ready());
  EXPECT_EQ(next(), "one and a half");
  EXPECT_TRUE(stream.ready());
  EXPECT_EQ(next(), "two");
  EXPECT_EQ(next(), "");
  EXPECT_EQ(stream.lineNumber(), 3);
  EXPECT_FALSE(stream.ready());
  end();
  EXPECT_TRUE(stream.ready());
  EXPECT_EQ(next(), "four");
  EXPECT_TRUE(stream.ready());
  EXPECT_EQ(next(), "(no more)");
  EXPECT_EQ(next(), "(no more)");
  EXPECT_EQ(stream.lineNumber(), 4);
}

TEST_F(LineStreamTest, WordsComeBeforeTheirLine) {
  std::string words;
  write("\xEF\xBB\xBFone t");
  EXPECT_TRUE(stream.nextWords(words));
  EXPECT_EQ(words, "one");
  write("wo  \tthree\tf");
  EXPECT_TRUE(stream.nextWords(words));
  EXPECT_EQ(words, "one two  \tthree");
  write("our\nfive ");
  EXPECT_FALSE(stream.nextWords(words));
  EXPECT_EQ(words, "one two  \tthree");
  EXPECT_EQ(next(), "one two  \tthree\tfour");
  words.clear();
  EXPECT_TRUE(stream.nextWords(words));
  EXPECT_EQ(words, "five");
  EXPECT_EQ(stream.lineNumber(), 1);
  write("\n \n\xC3( ");
  EXPECT_FALSE(stream.nextWords(words));
  EXPECT_EQ(next(), "five ");
  EXPECT_EQ(next(), " ");
  words.clear();
  EXPECT_THROW(stream.nextWords(words), UserError);
  end();
  EXPECT_FALSE(stream.nextWords(words));
}

TEST_F(LineStreamTest, LineEndsAndByteOrderMarkAreNoText) {
  write("\xEF\xBB\xBFone\r\n\r\nthree \xEF\xBB\xBF\r\nfo\rur\r");
  end();
  EXPECT_EQ(next(), "one");
  EXPECT_EQ(next(), "");
  EXPECT_EQ(next(), "three \xEF\xBB\xBF");
  EXPECT_EQ(next(), "fo\rur");
  EXPECT_EQ(next(), "(no more)");
}

TEST_F(LineStreamTest, ALineMayBeLongerThanAnyChunk) {
  std::string line(300000, 'x');
  std::thread writer([&] { write(line + "\nshort\n"); });
  EXPECT_EQ(next(), line);
  EXPECT_EQ(next(), "short");
  writer.join();
}

TEST_F(LineStreamTest, InvalidUtf8IsNamed) {
  write("good\nb\xC3\xA4"
        "d \xC3(\n");
  EXPECT_EQ(next(), "good");
  try {
    next();
    FAIL() << "no error";
  } catch (const UserError &error) {
    EXPECT_EQ(std::string(error.what()).substr(0, 53),
              "the pipe, line 2: byte 6, 0xC3, is not valid UTF-8; c");
  }
}

TEST_F(LineStreamTest, WaitsWhereTheDescriptorDoesNot) {
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  EXPECT_FALSE(stream.ready());
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    write("late\n");
  });
  EXPECT_EQ(next(), "late");
  writer.join();
}

} // namespace
