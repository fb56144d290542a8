// The two kinds of failure: the user's, answered with advice and exit code 1, and ours, which names
// the broken invariant and exits with 70 (EX_SOFTWARE).
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

namespace loup {

constexpr int userErrorExitCode = 1;
constexpr int internalErrorExitCode = 70;

/// Something the user can mend: a missing file, a bad line, a foreign checkpoint. The message says
/// what is wrong, where, and what would be right.
struct UserError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A broken invariant of the program itself. The message names the invariant.
struct InternalError : std::logic_error {
  using std::logic_error::logic_error;
};

/// Runs `body` and turns what it throws into a message on stderr, prefixed by `program`, and the
/// exit code of its kind; 0 if it throws nothing.
int reportErrors(const std::string &program, const std::function<void()> &body);

} // namespace loup
