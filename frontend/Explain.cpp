// What `loup explain` does: description, passes, kernels' loops, one page.
#include "frontend/Explain.h"

#include "codegen/LoopNests.h"
#include "frontend/Compilation.h"
#include "frontend/explain/KernelSection.h"
#include "frontend/explain/MaskSection.h"
#include "frontend/explain/MemorySection.h"
#include "frontend/explain/ModelSection.h"
#include "frontend/explain/Page.h"
#include "frontend/explain/PassHistory.h"
#include "frontend/explain/Proofs.h"
#include "passes/Pipeline.h"
#include "runtime/Files.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace loup {

void explain(const ExplainOptions &options) {
  std::vector<Proved> proved; // outlives the compilation
  Compilation compilation(options.spec);
  OwningOpRef<ModuleOp> module = compilation.textbook();
  shortenTypes(module->getContext());
  collectProofs(module->getContext(), proved);

  std::string textbook = programText(*module);
  std::vector<Snapshot> snapshots;
  compilation.runPasses(*module, options.schedule, "", std::make_unique<PassHistory>(snapshots));

  const Spec &spec = compilation.spec();
  const Named &rung =
      *llvm::find_if(rungs(), [&](const Named &rung) { return rung.name == options.schedule; });
  std::vector<AttentionMask> masks = attentionMasks(spec, module->getContext());
  writeFile(
      options.file,
      page(*spec.name + ", explained",
           {modelSection(spec, *module, rung.name, rung.summary),
            maskSection(masks, options.length), proofSection(masks, proved, compilation.reports()),
            passSection(textbook, snapshots), kernelSection(*module, loopNests(*module)),
            memorySection(*module)}));
  compilation.progress.print(options.file + "\n");
}

} // namespace loup
