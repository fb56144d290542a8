// loup: compiles descriptions of sequence models into native programs.
#include "frontend/Build.h"
#include "frontend/Cli.h"
#include "frontend/Explain.h"
#include "frontend/bench/Bench.h"

int main(int argc, char **argv) {
  return loup::runCommandLine(
      argc, argv, {loup::build, loup::bench, loup::explain, loup::schedules(), loup::stages()});
}
