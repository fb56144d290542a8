// What fuzz targets hold the code to. A broken requirement ends the process, as a crash does.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace loup {

inline void require(bool holds, const char *what) {
  if (holds)
    return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

/// Runs `work`, which may take a second where inputs are sought (LOUP_FUZZ_TIMED), and any time
/// where known ones run as tests. Code that is watched by a sanitizer takes three times as long, or
/// more.
template <class Work> void inTime([[maybe_unused]] const char *what, Work work) {
#ifdef LOUP_FUZZ_TIMED
  std::clock_t start = std::clock();
  work();
  if (std::clock() - start > 3 * CLOCKS_PER_SEC) {
    std::fprintf(stderr, "broken: %s takes more than a second\n", what);
    std::abort();
  }
#else
  work();
#endif
}

} // namespace loup
