#include "codegen/Cache.h"

#include "runtime/Files.h"
#include "tests/runtime/Subprocess.h"

#include <chrono>
#include <cstdlib>
#include <thread>

namespace loup {
namespace {

namespace fs = std::filesystem;

class CacheTest : public testing::Test {
protected:
  CacheTest() { setenv("XDG_CACHE_HOME", (folder / "").c_str(), 1); }
  ~CacheTest() override { unsetenv("XDG_CACHE_HOME"); }

  static void age(const fs::path &path, int days) {
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::days(days));
  }

  test::TemporaryDirectory folder;
};

TEST_F(CacheTest, MakesEachFileOnce) {
  int made = 0;
  auto make = [&] { return std::to_string(++made); };
  Cache cache("kernels");
  Cache::Entry one = cache.obtain({"ab", "c"}, make), other = cache.obtain({"a", "bc"}, make);
  EXPECT_TRUE(one.isNew && other.isNew);
  EXPECT_EQ(readFile(one.path), "1");
  EXPECT_EQ(readFile(other.path), "2");
  Cache::Entry again = Cache("kernels").obtain({"ab", "c"}, make);
  EXPECT_EQ(again.path, one.path);
  EXPECT_FALSE(again.isNew);
  EXPECT_EQ(made, 2);
}

TEST_F(CacheTest, ServesSeveralBuildsAtOnce) {
  auto build = [](std::vector<fs::path> &paths) {
    for (int i = 0; i < 50; ++i)
      paths.push_back(
          Cache("kernels").obtain({std::to_string(i)}, [&] { return std::to_string(i); }).path);
  };
  std::vector<fs::path> paths[4];
  std::vector<std::jthread> builds;
  for (std::vector<fs::path> &own : paths)
    builds.emplace_back([&] { build(own); });
  builds.clear();
  for (int i = 0; i < 50; ++i)
    for (std::vector<fs::path> &own : paths)
      EXPECT_EQ(readFile(own.at(i)), std::to_string(i));
}

TEST_F(CacheTest, RemovesWhatIsNotUsedForAMonth) {
  auto make = [] { return "bytes"; };
  Cache cache("kernels");
  fs::path unused = cache.obtain({"unused"}, make).path, used = cache.obtain({"used"}, make).path;
  fs::path left = used.parent_path() / ".loup-123456"; // by a build that was killed
  fs::create_directory(left);
  writeFile(left / "file", "half of the by");
  for (const fs::path &path : {unused, used, left})
    age(path, 31);
  fs::path recent = cache.obtain({"recent"}, make).path;
  age(recent, 29);
  cache.obtain({"used"}, make);
  cache.removeUnused();
  EXPECT_FALSE(fs::exists(unused) || fs::exists(left));
  EXPECT_TRUE(fs::exists(used) && fs::exists(recent));
}

} // namespace
} // namespace loup
