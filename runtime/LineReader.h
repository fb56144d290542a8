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

  /// Whether the file can be read more than once; a pipe cannot.
  bool isRegular() const { return regular; }

  /// Makes seek() fast: compressed text goes to an unnamed temporary file in TMPDIR (/tmp by
  /// default), and is read from there. Call before the first line is read.
  void unpack();

  /// Goes on at `offset`, where the line after number `lineNumber` starts.
  void seek(int64_t offset, int64_t lineNumber);

  const std::string &path() const { return name; }

private:
  struct Close {
    void operator()(gzFile_s *file) const;
  };

  bool fill();

  std::string name;
  std::unique_ptr<gzFile_s, Close> file;
  bool regular = false;
  std::string buffer; // what is read but not given out yet starts at `begin`
  size_t begin = 0;
  int64_t bufferOffset = 0; // of buffer[0] in the uncompressed text
  int64_t number = 0;
};

} // namespace loup
