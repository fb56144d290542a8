#include "codegen/LoopNests.h"

#include "codegen/CompileKernel.h"
#include "ir/Stage.h"

#include <iostream>
#include <sstream>

using namespace mlir;

namespace loup {
namespace {

/// While it lives, what is written to std::cerr can be read here: Halide prints loop nests nowhere
/// else.
class CapturedErrors {
public:
  CapturedErrors() : before(std::cerr.rdbuf(captured.rdbuf())) {}
  ~CapturedErrors() { std::cerr.rdbuf(before); }
  CapturedErrors(const CapturedErrors &) = delete;
  CapturedErrors &operator=(const CapturedErrors &) = delete;

  std::string text() const { return captured.str(); }

private:
  std::ostringstream captured;
  std::streambuf *before;
};

} // namespace

std::map<std::string, std::string> loopNests(ModuleOp module) {
  std::map<std::string, std::string> nests;
  for (auto kernel : module.getOps<func::FuncOp>()) {
    if (!isKernel(kernel))
      continue;
    KernelPipeline built = buildPipeline(kernel, hostTarget(/*checked=*/false));
    CapturedErrors captured;
    built.pipeline.print_loop_nest();
    nests[kernel.getSymName().str()] = captured.text();
  }
  return nests;
}

} // namespace loup
