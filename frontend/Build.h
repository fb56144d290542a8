// What `loup build` is asked to do. The pipeline behind it is put together in Build.cpp.
#pragma once

#include <string>
#include <vector>

namespace loup {

struct BuildOptions {
  std::string spec;      // the description's path
  std::string directory; // what is built goes here; empty: a stage's text goes to standard output
  std::string schedule;  // a rung of the ladder, one of `schedules()`
  std::string stage; // stop here and write the program as text, one of `stages()`; empty: do not
  int jobs = 0;      // kernels compiled at the same time
};

struct Choice {
  std::string name, help;
};

/// The rungs of the ladder, the default one last.
std::vector<Choice> schedules();

/// The stages that `--emit` can show, in the order of the pipeline.
std::vector<Choice> stages();

/// Builds the programs, or writes the stage that is asked for. Throws UserError.
void build(const BuildOptions &options);

} // namespace loup
