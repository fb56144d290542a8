#include "runtime/SafetensorsFile.h"

#include "runtime/AtomicFile.h"
#include "runtime/Base64.h"
#include "runtime/Errors.h"
#include "tests/runtime/Subprocess.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace loup {
namespace {

using test::readFile;
using test::TemporaryDirectory;
using test::writeFile;
using testing::HasSubstr;

class SafetensorsTest : public testing::Test {
protected:
  /// A file of `header`, preceded by its size, and `data`.
  static std::string bytes(const std::string &header, const std::string &data = "") {
    uint64_t size = header.size();
    std::string prefix(8, '\0');
    std::memcpy(prefix.data(), &size, 8);
    return prefix + header + data;
  }

  /// What opening a file with this content says.
  std::string refusal(const std::string &content) {
    std::string path = folder / "refused.safetensors";
    writeFile(path, content);
    try {
      SafetensorsFile file(path);
    } catch (const UserError &error) {
      EXPECT_THAT(error.what(), HasSubstr(path));
      return error.what();
    }
    return "nothing is wrong";
  }

  TemporaryDirectory folder;
};

const std::string sixteen(16, 'x');

TEST_F(SafetensorsTest, ReadsWhatItWrote) {
  std::vector<float> a = {1, 2, 3, 4, 5, 6}, b = {7}, none;
  std::string path = folder / "x.safetensors";
  {
    AtomicFile file(path);
    writeSafetensors(file, {{"note", "h\xc3\xa9llo \"\n"}},
                     {{"a", {2, 3}, a}, {"scalar", {}, b}, {"none", {0, 4}, none}});
    file.finish();
    file.commit();
  }
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));

  SafetensorsFile file(path);
  EXPECT_EQ(file.metadata().at("note"), "h\xc3\xa9llo \"\n");
  std::vector<float> readA(6), readB(1);
  std::vector<FloatTensor> wanted = {
      {"scalar", {}, readB}, {"a", {2, 3}, readA}, {"none", {0, 4}, none}};
  EXPECT_EQ(file.difference(wanted), "");
  file.read(wanted);
  EXPECT_EQ(readA, a);
  EXPECT_EQ(readB, b);
}

TEST_F(SafetensorsTest, NamesTheTensorThatDiffers) {
  writeFile(folder / "x", bytes(R"({"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
                                R"("b":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}})",
                                sixteen));
  SafetensorsFile file(folder / "x");
  std::vector<float> v(2);
  FloatTensor a{"a", {2, 1}, v}, b{"b", {1}, v};
  EXPECT_EQ(file.difference({a, b}), "tensor b is I64, and should be F32");
  EXPECT_EQ(file.difference({a}), "tensor b [1] is none of this model's");
  EXPECT_EQ(file.difference({a, {"c", {4, 3}, v}}), "tensor c [4, 3] is missing");
  EXPECT_EQ(file.difference({{"a", {1, 2}, v}}),
            "tensor a has shape [2, 1], and should have [1, 2]");
}

TEST_F(SafetensorsTest, RefusesHostileHeaders) {
  auto one = [](const std::string &entry) { return R"({"a":)" + entry + "}"; };
  auto entry = [](const std::string &shape, const std::string &offsets) {
    return R"({"dtype":"F32","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
  };
  struct {
    std::string content, message;
  } cases[] = {
      {"", "no safetensors file"},
      {"abc", "no safetensors file"},
      {std::string(8, '\0'), "no safetensors file"},
      {std::string(7, '\xff') + "\x7f{}", "no safetensors file"},
      {std::string(8, '\xff') + "{}", "no safetensors file"},
      {bytes("[1]"), "no safetensors file"},
      {bytes("{}", "").replace(0, 1, "\x50"), "truncated"},
      {bytes("{\"a\": "), "no valid JSON"},
      {bytes("{\"a\": \"\xff\"}"), "no valid JSON"},
      {bytes(R"({"a":)" + std::string(200000, '[') + "}"), "no valid JSON"},
      {bytes(R"({"a":)" + std::string(99999, '[') + std::string(99999, ']') + "}"),
       "tensor a has no"},
      {bytes(one("1")), "tensor a has no dtype"},
      {bytes(one(R"({"dtype":"F32"})")), "tensor a has no dtype"},
      {bytes(one(R"({"dtype":3,"shape":[],"data_offsets":[0,4]})")), "tensor a has no dtype"},
      {bytes(one(R"({"dtype":"F31","shape":[],"data_offsets":[0,4]})")), "unknown dtype"},
      {bytes(one(entry("4", "[0,16]")), sixteen), "no list of sizes"},
      {bytes(one(entry("[-4]", "[0,16]")), sixteen), "no list of sizes"},
      {bytes(one(entry("[4.0]", "[0,16]")), sixteen), "no list of sizes"},
      {bytes(one(entry("[4,[]]", "[0,16]")), sixteen), "no list of sizes"},
      {bytes(one(entry("[18446744073709551615]", "[0,16]")), sixteen), "no list of sizes"},
      {bytes(one(entry("[4]", "[0,16,32]")), sixteen), "no two offsets"},
      {bytes(one(entry("[4]", "[0,\"16\"]")), sixteen), "no two offsets"},
      {bytes(one(entry("[4]", "[16,0]")), sixteen), "do not fit its shape"},
      {bytes(one(entry("[3]", "[0,16]")), sixteen), "do not fit its shape"},
      {bytes(one(entry("[4294967296,4294967296]", "[0,0]"))), "can be counted"},
      {bytes(one(entry("[4611686018427387904]", "[0,0]"))), "can be counted"},
      {bytes(one(entry("[4]", "[0,16]")), "short"), "truncated: its tensors take"},
      {bytes(one(entry("[1000000000000]", "[0,4000000000000]")), sixteen), "truncated"},
      {bytes(one(entry("[4]", "[0,16]")), sixteen + "more"), "4 bytes follow"},
      {bytes(one(entry("[2]", "[8,16]")), sixteen), "holes"},
      {bytes(R"({"a":)" + entry("[4]", "[0,16]") + R"(,"b":)" + entry("[2]", "[8,16]") + "}",
             sixteen),
       "overlap"},
      {bytes(R"({"a":)" + entry("[2]", "[0,8]") + R"(,"a":)" + entry("[2]", "[8,16]") + "}",
             sixteen),
       "\"a\" occurs twice"},
      {bytes(R"({"__metadata__":[]})"), "metadata is not an object"},
      {bytes(R"({"__metadata__":{"k":1}})"), "metadata k is not a string"},
      {bytes(R"({"__metadata__":{"k\u0000":1}})"), "metadata k\\x00 is not a string"},
      {bytes(R"({"a\u0000\n":1})"), "tensor a\\x00\\n has no dtype"},
  };
  for (auto &[content, message] : cases)
    EXPECT_THAT(refusal(content), HasSubstr(message));
}

TEST_F(SafetensorsTest, SaysWhatAForeignFileIs) {
  EXPECT_THAT(refusal("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
              HasSubstr("git lfs pull"));
  EXPECT_THAT(refusal("PK\x03\x04 and more of an archive"), HasSubstr("zip archive"));
  EXPECT_THAT(refusal("\x80\x02}q\x01(X\x05 and more"), HasSubstr("pickle"));
}

TEST_F(SafetensorsTest, SaysWhyAFileCannotBeOpened) {
  for (auto [path, message] :
       {std::pair(folder / "absent", "No such file"), std::pair(folder / "", "not a regular file")})
    try {
      SafetensorsFile file(path);
      ADD_FAILURE() << path;
    } catch (const UserError &error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
    }
}

TEST_F(SafetensorsTest, ReadsFilesOfOthers) {
  const char *given = std::getenv("LOUP_DATA");
  std::string data = std::string(given ? given : LOUP_DATA) + "/formats";
  if (!std::filesystem::exists(data))
    GTEST_SKIP() << "there is no " << data;
  SafetensorsFile mnist(data + "/safetensors/mnist-tinygrad.safetensors");
  std::vector<float> first(128 * 784), second(10 * 128);
  std::vector<FloatTensor> wanted = {{"l1.weight", {128, 784}, first},
                                     {"l2.weight", {10, 128}, second}};
  ASSERT_EQ(mnist.difference(wanted), "");
  mnist.read(wanted);
  // By struct.unpack in Python.
  EXPECT_EQ(first[0], 0.0190834366f);
  EXPECT_EQ(second[1279], -0.0478998907f);
  SafetensorsFile codes(data + "/safetensors/jfk-codes.safetensors");
  EXPECT_EQ(codes.difference({{"codes", {1, 2, 828}, {}}}),
            "tensor codes is I64, and should be F32");
  SafetensorsFile voices(data + "/safetensors/voices.safetensors");
  EXPECT_THAT(refusal(readFile(data + "/malformed/lfs_pointer_model.safetensors")),
              HasSubstr("Git LFS pointer"));
}

TEST(AtomicFileTest, KeepsTheOldFileUntilItIsCommitted) {
  TemporaryDirectory folder;
  std::string path = folder / "x", content = "new";
  writeFile(path, "old");
  {
    AtomicFile file(path);
    file.write(std::as_bytes(std::span(content)));
    file.finish();
  }
  EXPECT_EQ(readFile(path), "old");
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(content)));
  file.finish();
  file.commit();
  EXPECT_EQ(readFile(path), "new");
}

TEST(AtomicFileTest, FollowsSymbolicLinks) {
  TemporaryDirectory folder;
  std::filesystem::create_directory(folder / "store");
  writeFile(folder / "store/x", "old");
  std::filesystem::create_symlink("store/x", folder / "link");
  AtomicFile file(folder / "link");
  file.finish();
  file.commit();
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(readFile(folder / "store/x"), "");
}

TEST(AtomicFileTest, SaysWhyItCannotWrite) {
  TemporaryDirectory folder;
  for (auto [path, message] :
       {std::pair<std::string, const char *>("/dev/null", "not a regular file"),
        {folder / "absent/x", "there is no folder"},
        {folder / "", "not a regular file"}})
    try {
      AtomicFile file(path);
      ADD_FAILURE() << path;
    } catch (const UserError &error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
    }
}

TEST(Base64Test, IsThatOfTheStandard) {
  // RFC 4648, section 10.
  for (auto [bytes, text] : {std::pair("", ""),
                             {"f", "Zg=="},
                             {"fo", "Zm8="},
                             {"foo", "Zm9v"},
                             {"foob", "Zm9vYg=="},
                             {"fooba", "Zm9vYmE="},
                             {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(encodeBase64(bytes), text);
    EXPECT_EQ(decodeBase64(text), bytes);
  }
  std::string all;
  for (int c = 0; c < 256; ++c)
    all += static_cast<char>(c);
  EXPECT_EQ(decodeBase64(encodeBase64(all)), all);
  for (const char *wrong : {"Zg", "Zg=", "Z===", "Zm9v!A==", "Zg==Zg==", "===="})
    EXPECT_EQ(decodeBase64(wrong), std::nullopt) << wrong;
}

} // namespace
} // namespace loup
