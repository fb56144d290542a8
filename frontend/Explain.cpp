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
#include "ir/LoupOps.h"
#include "passes/Pipeline.h"
#include "runtime/Errors.h"
#include "runtime/Files.h"

#include "llvm/ADT/STLExtras.h"

#include <fmt/format.h>

using namespace mlir;

namespace loup {

namespace {

/// None where kernels go by no bounds.
std::optional<int64_t> queriesInBlock(const std::map<std::string, KernelBounds> &bounds) {
  std::optional<int64_t> most;
  for (const auto &[words, kernels] : bounds)
    most = std::max<int64_t>(most.value_or(0), kernels.onKeys.getSize());
  return most;
}

/// At which masks are drawn.
int64_t pictureLength(const std::optional<int64_t> &asked, int64_t longest) {
  if (asked.value_or(0) > longest)
    throw UserError(fmt::format("--length {}: a sequence of this model has up to {}", *asked,
                                counted(longest, "token")));
  return asked.value_or(std::min(usualPicture, longest));
}

} // namespace

void explain(const ExplainOptions &options) {
  std::vector<Proved> proved; // outlives the compilation
  Compilation compilation(options.spec);
  const Spec &spec = compilation.spec();
  int64_t longest = spec.model->length, length = pictureLength(options.length, longest);
  requireNothingLost(compilation.inputs(), {{"-o", options.file}});
  requireWritable({{"-o", options.file}});
  OwningOpRef<ModuleOp> module = compilation.textbook();
  shortenTypes(module->getContext());
  collectProofs(module->getContext(), proved);

  std::string textbook = programText(*module);
  std::vector<Snapshot> snapshots;
  compilation.runPasses(*module, options.schedule, "", std::make_unique<PassHistory>(snapshots));

  const Named &rung =
      *llvm::find_if(rungs(), [&](const Named &rung) { return rung.name == options.schedule; });
  std::vector<AttentionMask> masks = attentionMasks(spec, module->getContext());
  std::map<std::string, KernelBounds> bounds = kernelBounds(*module);
  auto step = module->lookupSymbol<func::FuncOp>("step");
  writeFile(options.file,
            page(*spec.name + ", explained",
                 {modelSection(spec, *module, rung.name, rung.summary),
                  maskSection(masks, length, longest, queriesInBlock(bounds)),
                  proofSection(masks, proved, step, bounds, compilation.reports()),
                  passSection(textbook, snapshots, spec.model->width),
                  kernelSection(*module, loopNests(*module)), memorySection(*module)}));
  compilation.progress.print(options.file + "\n");
}

} // namespace loup
