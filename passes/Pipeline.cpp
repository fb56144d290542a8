#include "passes/Pipeline.h"
#include "passes/Passes.h"

#include "ir/Stage.h"
#include "runtime/Errors.h"

#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

namespace loup {

const std::vector<std::string> &scheduleNames() {
  static const std::vector<std::string> names = {"textbook", "fused", "packed"};
  return names;
}

namespace {

struct StageCheck : PassWrapper<StageCheck, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(StageCheck)

  explicit StageCheck(Stage stage) : stage(stage) {}

  void runOnOperation() override {
    if (failed(verifyStage(getOperation(), stage)))
      signalPassFailure();
    markAllAnalysesPreserved();
  }

  Stage stage;
};

} // namespace

void buildPipeline(OpPassManager &manager, llvm::StringRef schedule, llvm::StringRef last) {
  if (!llvm::is_contained(scheduleNames(), schedule))
    throw InternalError("a schedule is one of scheduleNames(), got " + schedule.str());
  size_t rung = llvm::find(scheduleNames(), schedule) - scheduleNames().begin();
  bool fused = rung >= 1, packed = rung >= 2, ended = false;
  auto add = [&](std::unique_ptr<Pass> pass, Stage after) {
    if (ended)
      return;
    ended = pass->getArgument() == last;
    manager.addPass(std::move(pass));
    manager.addPass(std::make_unique<StageCheck>(after));
  };

  // Proofs come first: they concern the model as it was written.
  add(createCheckMasks(), Stage::Model);
  if (fused)
    add(createFuseMask(), Stage::Model);
  // Before Differentiate: decoding is derived from the forward program.
  add(createDeriveDecoder(), Stage::Decoder);
  // Before Differentiate, so that gradients need no form of their own.
  if (packed)
    add(createEliminatePadding(), Stage::Decoder);
  add(createDifferentiate(), Stage::Training);
  if (fused)
    add(createFuseElementwise(), Stage::Training);
  add(createOutlineKernels(), Stage::Outlined);
  add(createPlanMemory(), Stage::Planned);
}

std::vector<PassName> passesOf(llvm::StringRef schedule) {
  OpPassManager manager;
  buildPipeline(manager, schedule);
  std::vector<PassName> names;
  for (Pass &pass : manager.getPasses())
    if (!pass.getArgument().empty())
      names.push_back({pass.getArgument().str(), pass.getDescription().str()});
  return names;
}

void registerPipelines() {
  for (const std::string &name : scheduleNames())
    PassPipelineRegistration<>(name, "All passes of schedule '" + name + "'",
                               [name](OpPassManager &manager) { buildPipeline(manager, name); });
}

} // namespace loup
