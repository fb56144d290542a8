// Times by Google Benchmark.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace loup {

/// Something to be timed. Each run gives the seconds that parts of it took, always as many.
struct Timed {
  std::string name;
  std::function<std::vector<double>()> run;
};

/// The medians of one `Timed`, of a run and of its parts.
struct Medians {
  double seconds = 0;
  std::vector<double> parts;
};

/// Repeats all of `tasks`, 9 times or, what takes more than a second, 5 times. The repetitions of
/// one are interleaved at random with those of the others, so that what slows the machine down for
/// a while slows all alike. `begun` is told what is being measured.
std::vector<Medians> measure(const std::vector<Timed> &tasks,
                             const std::function<void(const std::string &)> &begun);

} // namespace loup
