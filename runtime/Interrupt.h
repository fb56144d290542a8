// Ending in order when the user wants it.
#pragma once

#include <csignal>

namespace loup {

/// While one lives, the first Ctrl-C or SIGTERM is only noted, and a second one ends the program as
/// ever. So is a terminal that closes, however often that is signalled (SIGHUP). A signal that the
/// program was started to ignore stays ignored.
class Interrupt {
public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt &) = delete;
  Interrupt &operator=(const Interrupt &) = delete;

  bool requested() const;

private:
  struct sigaction previousInt, previousTerm, previousHangup;
};

} // namespace loup
