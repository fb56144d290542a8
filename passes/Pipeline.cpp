#include "passes/Pipeline.h"
#include "passes/Passes.h"

#include "runtime/Errors.h"

#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

namespace loup {

const std::vector<std::string> &scheduleNames() {
  static const std::vector<std::string> names = {"textbook", "fused"};
  return names;
}

void buildPipeline(OpPassManager &manager, llvm::StringRef schedule) {
  if (!llvm::is_contained(scheduleNames(), schedule))
    throw InternalError("a schedule is one of scheduleNames(), got " + schedule.str());
  bool fused = schedule != "textbook";

  // Proofs come first: they concern the model as it was written.
  manager.addPass(createCheckMasks());
  if (fused)
    manager.addPass(createFuseMask());
  // Before Differentiate: decoding is derived from the forward program.
  manager.addPass(createDeriveDecoder());
  manager.addPass(createDifferentiate());
  if (fused)
    manager.addPass(createFuseElementwise());
  manager.addPass(createOutlineKernels());
  manager.addPass(createPlanMemory());
}

void registerPipelines() {
  for (const std::string &name : scheduleNames())
    PassPipelineRegistration<>(name, "All passes of schedule '" + name + "'",
                               [name](OpPassManager &manager) { buildPipeline(manager, name); });
}

} // namespace loup
