#include "runtime/Errors.h"

#include <cstdio>
#include <new>

namespace loup {

int reportErrors(const std::string &program, const std::function<void()> &body) {
  try {
    body();
    return 0;
  } catch (const UserError &error) {
    std::fprintf(stderr, "%s: %s\n", program.c_str(), error.what());
    return userErrorExitCode;
  } catch (const std::bad_alloc &) {
    std::fprintf(stderr, "%s: out of memory; smaller batches need less\n", program.c_str());
    return userErrorExitCode;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "%s: internal error: %s\n", program.c_str(), error.what());
    return internalErrorExitCode;
  }
}

} // namespace loup
