#include "runtime/AtomicFile.h"

#include "runtime/Errors.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace loup {

namespace fs = std::filesystem;

AtomicFile::AtomicFile(const std::string &name) : path(name) {
  std::error_code ignored;
  if (fs::path target = fs::canonical(path, ignored); !target.empty())
    path = target;
  if (fs::exists(path, ignored) && !fs::is_regular_file(path, ignored))
    throw UserError(fmt::format("cannot write {}: it is not a regular file", path));
  fs::path folder = fs::path(path).parent_path();
  if (!folder.empty() && !fs::is_directory(folder, ignored))
    throw UserError(fmt::format("cannot write {}: there is no folder {}", path, folder.string()));
  temporary = path + ".new";
  openTemporary();
}

/// Opens `temporary`, empty and locked.
void AtomicFile::openTemporary() {
  while (!pending) {
    descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0)
      fail();
    while (flock(descriptor, LOCK_EX) != 0 && errno == EINTR)
      ; // where the file system has no locks, it goes without
    // Who held the lock before has put the file in its place, or removed it: then it is not ours.
    struct stat opened, named;
    pending = fstat(descriptor, &opened) == 0 && stat(temporary.c_str(), &named) == 0 &&
              opened.st_ino == named.st_ino;
    if (!pending)
      close(std::exchange(descriptor, -1));
  }
  if (ftruncate(descriptor, 0) != 0)
    fail();
}

AtomicFile::~AtomicFile() {
  if (pending)
    unlink(temporary.c_str());
  else
    syncFolder();
  close(descriptor);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR)
      fail();
    if (written > 0)
      bytes = bytes.subspan(written);
  }
}

void AtomicFile::finish() {
  if (fsync(descriptor) != 0)
    fail();
}

void AtomicFile::commit() {
  if (std::rename(temporary.c_str(), path.c_str()) != 0)
    fail();
  pending = false;
}

/// The new name is on the disk only once its folder is. Some file systems refuse this, and then
/// there is nothing more to be done.
void AtomicFile::syncFolder() const {
  std::string folder = fs::path(path).parent_path();
  int directory = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    fsync(directory);
    close(directory);
  }
}

void AtomicFile::fail() const {
  throw UserError(fmt::format("cannot write {}: {}; what was there before is unchanged", path,
                              std::strerror(errno)));
}

} // namespace loup
