// Files of text, line by line.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

struct gzFile_s;

namespace loup {

/// Reads a plain or gzipped file (told apart by content) of UTF-8 lines. Line ends are "\n" or
/// "\r\n", a byte order mark at the start is dropped, and the last line needs no end. All errors
/// are UserErrors that name the file: missing, unreadable, a directory, truncated in the middle of
/// compressed data, or a line that is not UTF-8 (with its number and the byte's).
class LineReader {
public:
  explicit LineReader(std::string path);

  /// Reads the next line, without its end, into `line`; false when the file has no more.
  bool next(std::string &line);

  /// The number of the line read last, from 1; 0 before the first.
  int64_t lineNumber() const { return number; }

  /// Where the next line starts, in bytes of uncompressed text.
  int64_t offset() const { return bufferOffset + static_cast<int64_t>(begin); }

  /// Allows seek(). What cannot be sought, compressed data and pipes, is copied to an unnamed
  /// temporary file in TMPDIR (/tmp by default). Call before the first line is read.
  void makeSeekable();

  /// Goes on at `offset`, the start of the line after number `lineNumber`.
  void seek(int64_t offset, int64_t lineNumber);

  const std::string &path() const { return name; }

private:
  struct Close {
    void operator()(gzFile_s *file) const;
  };

  bool fill();
  size_t read(char *data, size_t size);

  std::string name;
  std::unique_ptr<gzFile_s, Close> file;
  std::string buffer;       // text that is read but not handed out yet starts at `begin`
  size_t begin = 0;
  int64_t bufferOffset = 0; // of buffer[0] in the uncompressed text
  int64_t number = 0;
};

} // namespace loup
