#include "runtime/Interrupt.h"

namespace loup {

static volatile std::sig_atomic_t interrupted = 0;

static void note(int) { interrupted = 1; }

static void noteSignal(int signal, struct sigaction &previous, int flags) {
  sigaction(signal, nullptr, &previous);
  if (previous.sa_handler == SIG_IGN)
    return;
  struct sigaction action{};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART | flags;
  sigaction(signal, &action, nullptr);
}

Interrupt::Interrupt() {
  interrupted = 0;
  noteSignal(SIGINT, previousInt, SA_RESETHAND);
  noteSignal(SIGTERM, previousTerm, SA_RESETHAND);
  noteSignal(SIGHUP, previousHangup, 0); // shell and kernel both send it
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &previousInt, nullptr);
  sigaction(SIGTERM, &previousTerm, nullptr);
  sigaction(SIGHUP, &previousHangup, nullptr);
}

bool Interrupt::requested() const { return interrupted != 0; }

} // namespace loup
