// Any text as a description: it is refused at a place in it, or every rung's passes compile it.
#include "tests/fuzz/Require.h"

#include "frontend/CheckSpec.h"
#include "frontend/CollectReports.h"
#include "frontend/ImportSpec.h"
#include "frontend/ParseSpec.h"
#include "passes/Pipeline.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassInstrumentation.h"

using namespace mlir;

namespace loup {
namespace {

void checkPlaces(const Diagnostics &diagnostics) {
  for (const Diagnostic &diagnostic : diagnostics.all()) {
    require(!diagnostic.message.empty(), "a mistake is told");
    require(diagnostic.range.line <= diagnostics.source().lineCount(), "a mistake has a line");
  }
  require(diagnostics.text(false).empty() == diagnostics.all().empty(), "mistakes are shown");
}

struct FailedPass : PassInstrumentation {
  explicit FailedPass(std::string &name) : name(name) {}
  void runAfterPassFailed(Pass *pass, Operation *) override { name = pass->getArgument(); }

  std::string &name;
};

void compile(const Spec &spec, const std::string &schedule, Diagnostics &diagnostics) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  OwningOpRef<ModuleOp> module = importSpec(spec, diagnostics.source().name, &context);
  require(succeeded(verify(*module)), "what is imported is valid");
  PassManager manager(&context);
  std::string failed;
  manager.addInstrumentation(std::make_unique<FailedPass>(failed));
  buildPipeline(manager, schedule);
  CollectReports collect(&context, diagnostics);
  if (succeeded(manager.run(*module)))
    return;
  require(failed == "check-masks", "a model with proved masks is compiled");
  require(diagnostics.errors() > 0, "who refuses a model says why");
}

/// A model whose passes end soon: what is sought are shapes of descriptions, not large ones.
bool isSmall(const Spec &spec) {
  int64_t layers = 0;
  for (const auto *stack : {&spec.encoder, &spec.decoder})
    for (const Field<LayerSpec> &layer : **stack)
      layers += *layer->repeat;
  return layers <= 8;
}

void check(std::string text) {
  SourceFile source{"description.toml", std::move(text)};
  Diagnostics diagnostics(source);
  Spec spec = parseSpec(diagnostics);
  checkSpec(spec, diagnostics);
  checkPlaces(diagnostics);
  if (diagnostics.errors() > 0 || !isSmall(spec))
    return;
  for (const Named &rung : rungs()) {
    Diagnostics reports(source);
    compile(spec, rung.name, reports);
    checkPlaces(reports);
  }
}

} // namespace
} // namespace loup

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  loup::check({reinterpret_cast<const char *>(data), size});
  return 0;
}
