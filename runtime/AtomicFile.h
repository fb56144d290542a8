// Files that are replaced whole or not at all.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace loup {

/// Writes `path`'s new content to "path.new" beside it; commit() puts that in its place in one
/// step. Until then, and when anything fails, the old file stays as it is. Whoever else replaces
/// the same file at the same time, in this program or another, waits until this object is gone. All
/// errors are UserErrors that name the file and the cause.
class AtomicFile {
public:
  /// Throws where `path` is something else than a regular file or nothing, or its folder is missing
  /// or not writable. A symbolic link is followed.
  explicit AtomicFile(const std::string &path);

  /// Removes what was not committed, and makes last what was: only here, so that two files can be
  /// committed in the same instant.
  ~AtomicFile();

  AtomicFile(const AtomicFile &) = delete;
  AtomicFile &operator=(const AtomicFile &) = delete;

  void write(std::span<const std::byte> bytes);

  /// Ends writing: the content is on the disk when this returns.
  void finish();

  /// After finish().
  void commit();

private:
  void openTemporary();
  [[noreturn]] void fail() const;
  void syncFolder() const;

  std::string path, temporary;
  int descriptor = -1;
  bool pending = false; // `temporary` exists
};

} // namespace loup
