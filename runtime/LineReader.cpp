#include "runtime/LineReader.h"

#include "runtime/Errors.h"
#include "runtime/Utf8.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace loup {

namespace {

constexpr size_t chunkSize = 1 << 18;

std::string lastError() { return std::strerror(errno); }

/// A file descriptor that is closed unless it is released.
struct Descriptor {
  explicit Descriptor(int value) : value(value) {}
  Descriptor(Descriptor &&other) : value(other.release()) {}
  ~Descriptor() {
    if (value >= 0)
      close(value);
  }
  int release() { return std::exchange(value, -1); }

  int value;
};

gzFile openText(Descriptor descriptor) {
  gzFile file = gzdopen(descriptor.value, "rb");
  if (!file)
    throw std::bad_alloc();
  descriptor.release();
  gzbuffer(file, chunkSize);
  return file;
}

/// A new file in TMPDIR that nobody else sees and that ends with this process.
Descriptor openTemporary() {
  const char *directory = std::getenv("TMPDIR");
  std::string path = fmt::format("{}/loup-XXXXXX", directory && *directory ? directory : "/tmp");
  Descriptor descriptor(mkostemp(path.data(), O_CLOEXEC));
  if (descriptor.value < 0)
    throw UserError(fmt::format("cannot make a temporary file {}: {}; set TMPDIR to a directory "
                                "with room for the unpacked text",
                                path, lastError()));
  unlink(path.c_str());
  return descriptor;
}

void writeAll(const Descriptor &descriptor, std::string_view data, const std::string &name) {
  while (!data.empty()) {
    ssize_t written = write(descriptor.value, data.data(), data.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      throw UserError(fmt::format("cannot unpack {} to a temporary file: {}; set TMPDIR to a "
                                  "directory with room for it",
                                  name, lastError()));
    data.remove_prefix(static_cast<size_t>(written));
  }
}

} // namespace

void LineReader::Close::operator()(gzFile_s *file) const { gzclose(file); }

LineReader::LineReader(std::string path) : name(std::move(path)) {
  Descriptor descriptor(open(name.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status;
  if (descriptor.value < 0 || fstat(descriptor.value, &status) != 0)
    throw UserError(fmt::format("cannot open {}: {}", name, lastError()));
  if (S_ISDIR(status.st_mode))
    throw UserError(fmt::format("{} is a directory, not a file of text", name));
  regular = S_ISREG(status.st_mode);
  file.reset(openText(std::move(descriptor)));
  fill();
  if (buffer.starts_with("\xEF\xBB\xBF"))
    begin = 3;
}

/// Drops what is given out and appends a chunk to the buffer; false at the end of the file.
bool LineReader::fill() {
  buffer.erase(0, begin);
  bufferOffset += static_cast<int64_t>(std::exchange(begin, 0));
  size_t size = buffer.size();
  buffer.resize(size + chunkSize);
  int count = gzread(file.get(), buffer.data() + size, chunkSize);
  buffer.resize(size + static_cast<size_t>(std::max(count, 0)));

  int code = Z_OK;
  const char *message = gzerror(file.get(), &code);
  if (code == Z_BUF_ERROR) // set at the end of a stream that is cut off, whatever was read
    throw UserError(fmt::format("{} ends in the middle of its compressed data", name));
  if (count < 0)
    throw UserError(fmt::format("cannot read {}: {}", name,
                                code == Z_ERRNO ? lastError() : std::string(message)));
  return count > 0;
}

bool LineReader::next(std::string &line) {
  size_t searched = begin, end;
  while ((end = buffer.find('\n', searched)) == std::string::npos) {
    searched = buffer.size() - begin;
    if (!fill())
      break;
  }
  if (end == std::string::npos && begin == buffer.size())
    return false;

  ++number;
  line.assign(buffer, begin, end == std::string::npos ? end : end - begin);
  begin = end == std::string::npos ? buffer.size() : end + 1;
  if (line.ends_with('\r'))
    line.pop_back();
  requireUtf8(line, name, number);
  return true;
}

void LineReader::unpack() {
  if (gzdirect(file.get()))
    return;
  Descriptor copy = openTemporary();
  size_t start = begin;
  do {
    writeAll(copy, buffer, name);
    begin = buffer.size();
  } while (fill());
  lseek(copy.value, 0, SEEK_SET);
  file.reset(openText(std::move(copy)));
  seek(static_cast<int64_t>(start), 0);
}

void LineReader::seek(int64_t offset, int64_t lineNumber) {
  if (gzseek(file.get(), offset, SEEK_SET) != offset)
    throw InternalError(fmt::format("{} cannot be sought to byte {}", name, offset));
  buffer.clear();
  begin = 0;
  bufferOffset = offset;
  number = lineNumber;
}

} // namespace loup
