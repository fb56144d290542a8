#include "runtime/LineStream.h"
#include "runtime/Errors.h"
#include "runtime/Utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <unistd.h>

namespace loup {

bool LineStream::next(std::string &line) {
  while (!complete())
    receive();
  if (begin == buffer.size())
    return false;
  bool last = searched == buffer.size(); // and without an end of its own
  line.assign(buffer, begin, searched - begin);
  begin = searched = last ? searched : searched + 1;
  if (line.ends_with('\r'))
    line.pop_back();
  if (++number == 1 && line.starts_with("\xEF\xBB\xBF"))
    line.erase(0, 3);
  requireUtf8(line, name, number);
  return true;
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
