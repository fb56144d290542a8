#include "runtime/LineStream.h"
#include "runtime/Errors.h"
#include "runtime/Utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <string_view>
#include <unistd.h>

namespace loup {

bool LineStream::next(std::string &line) {
  while (!complete())
    receive();
  if (begin == buffer.size())
    return false;
  bool last = searched == buffer.size(); // and without an end of its own
  line.assign(buffer, lineBegin(), searched - lineBegin());
  begin = searched = last ? searched : searched + 1;
  ++number;
  if (line.ends_with('\r'))
    line.pop_back();
  requireUtf8(line, name, number);
  return true;
}

bool LineStream::nextWords(std::string &words) {
  while (!complete()) {
    size_t space = buffer.find_last_of(" \t");
    size_t last = space == std::string::npos ? space : buffer.find_last_not_of(" \t", space);
    if (last != std::string::npos && last >= lineBegin() + words.size()) {
      words.assign(buffer, lineBegin(), last + 1 - lineBegin());
      requireUtf8(words, name, number + 1);
      return true;
    }
    receive();
  }
  return false;
}

bool LineStream::ready() {
  while (!complete()) {
    pollfd arrival{descriptor, POLLIN, 0};
    if (poll(&arrival, 1, 0) <= 0)
      return false;
    receive();
  }
  return true;
}

/// Where the text of the next line begins, which has begun to arrive.
size_t LineStream::lineBegin() const {
  static constexpr std::string_view mark = "\xEF\xBB\xBF";
  bool isMarked = number == 0 && buffer.compare(begin, mark.size(), mark) == 0;
  return begin + (isMarked ? mark.size() : 0);
}

/// Whether buffer[begin .. searched) is a whole line, or nothing more will come.
bool LineStream::complete() {
  size_t end = buffer.find('\n', searched);
  searched = end == std::string::npos ? buffer.size() : end;
  return end != std::string::npos || ended;
}

/// Waits for anything to arrive.
void LineStream::receive() {
  buffer.erase(0, begin);
  searched -= begin;
  begin = 0;
  char chunk[1 << 16];
  // Without poll(), a descriptor that another program left non-blocking would fail.
  pollfd arrival{descriptor, POLLIN, 0};
  poll(&arrival, 1, -1);
  ssize_t count = read(descriptor, chunk, sizeof chunk);
  if (count < 0 && errno != EINTR && errno != EAGAIN)
    throw UserError(fmt::format("cannot read {}: {}", name, std::strerror(errno)));
  ended = count == 0;
  buffer.append(chunk, std::max<ssize_t>(count, 0));
}

} // namespace loup
