#include "codegen/Cache.h"
#include "codegen/TemporaryFolder.h"

#include "runtime/Errors.h"
#include "runtime/Files.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

#include <chrono>
#include <cstdlib>

namespace fs = std::filesystem;

namespace loup {

static constexpr std::chrono::days unusedFor{30};

static std::string hashOf(const std::vector<std::string> &key) {
  llvm::SHA256 hash;
  for (const std::string &part : key) {
    hash.update(std::to_string(part.size()) + ":");
    hash.update(part);
  }
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

Cache::Cache(const std::string &part) {
  const char *cache = std::getenv("XDG_CACHE_HOME"), *home = std::getenv("HOME");
  folder = cache && *cache ? fs::path(cache)
           : home          ? fs::path(home) / ".cache"
                           : fs::temp_directory_path();
  folder = folder / "loup" / part;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw UserError("cannot make the folder " + folder.string() + " for compiled kernels: " +
                    error.message() + "; set XDG_CACHE_HOME to one that can be written");
}

Cache::Entry Cache::obtain(const std::vector<std::string> &key,
                           const std::function<std::string()> &make) const {
  fs::path path = folder / (hashOf(key) + ".o");
  if (fs::exists(path)) {
    std::error_code ignored;
    fs::last_write_time(path, fs::file_time_type::clock::now(), ignored); // it is used
    return {path, false};
  }
  TemporaryFolder own(folder); // another build may be making the same file
  writeFile(own / "file", make());
  fs::rename(own / "file", path);
  return {path, true};
}

void Cache::removeUnused() const {
  auto oldest = fs::file_time_type::clock::now() - unusedFor;
  std::error_code ignored; // other builds may be removing the same files
  for (const fs::directory_entry &entry : fs::directory_iterator(folder, ignored))
    if (auto used = entry.last_write_time(ignored); !ignored && used < oldest)
      fs::remove_all(entry.path(), ignored);
}

} // namespace loup
