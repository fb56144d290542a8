#include "passes/Pipeline.h"
#include "passes/Passes.h"

#include "ir/Stage.h"
#include "runtime/Errors.h"

#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

namespace loup {

const std::vector<Named> &rungs() {
  static const std::vector<Named> ladder = {
      {"textbook", "masks built and added, every op a kernel of its own"},
      {"fused", "attention in one kernel, pointwise work joined to its neighbours"},
      {"specialised", "attention visits only what its mask lets be seen"},
      {"autoscheduled", "sentences packed without padding, loops by Halide's own autoscheduler"},
      {"packed", "sentences packed without padding, loops by Loup's own schedules"},
  };
  return ladder;
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
  auto isAsked = [&](const Named &rung) { return rung.name == schedule; };
  auto rung = llvm::find_if(rungs(), isAsked) - rungs().begin();
  if (rung == static_cast<ptrdiff_t>(rungs().size()))
    throw InternalError("a schedule is one of rungs(), got " + schedule.str());
  bool fused = rung >= 1, specialised = rung >= 2, packed = rung >= 3, ended = false;
  bool autoscheduled = schedule == "autoscheduled";
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
  // After Differentiate and EliminatePadding: bounds are those of the set that kernels work with,
  // forward and backward.
  if (specialised)
    add(createSpecialiseMask(), Stage::Training);
  if (fused)
    add(createFuseElementwise(), Stage::Training);
  add(createOutlineKernels({autoscheduled}), Stage::Outlined);
  add(createPlanMemory(), Stage::Planned);
}

std::vector<Named> passesOf(llvm::StringRef schedule) {
  OpPassManager manager;
  buildPipeline(manager, schedule);
  std::vector<Named> names;
  for (Pass &pass : manager.getPasses())
    if (!pass.getArgument().empty())
      names.push_back({pass.getArgument().str(), pass.getDescription().str()});
  return names;
}

void registerPipelines() {
  for (const auto &[name, summary] : rungs())
    PassPipelineRegistration<>(name, "All passes of this schedule: " + summary,
                               [&name](OpPassManager &manager) { buildPipeline(manager, name); });
}

} // namespace loup
