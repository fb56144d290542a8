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
/// where known ones run as tests. Under the sanitizers of the search code takes three times as
/// long.
template <class Work> void inTime([[maybe_unused]] const char *what, Work work) {
#ifdef LOUP_FUZZ_TIMED
  constexpr int mostSeconds = 3;
  std::clock_t start = std::clock();
  work();
  if (std::clock() - start > mostSeconds * CLOCKS_PER_SEC) {
    std::fprintf(stderr, "broken: %s takes more than %d s under sanitizers\n", what, mostSeconds);
    std::abort();
  }
#else
  work();
#endif
}

} // namespace loup
