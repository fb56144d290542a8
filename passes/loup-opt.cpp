// Runs passes on a module in text: `loup-opt --fuse-mask --differentiate program.mlir`. What
// `loup build --emit=STAGE` prints can be read back here at any stage.
#include "passes/Passes.h"
#include "passes/Pipeline.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

#include "llvm/Support/CommandLine.h"

int main(int argc, char **argv) {
  // LLVM's own options, hundreds of them, are there by now: --help-hidden shows them.
  for (auto &option : llvm::cl::getRegisteredOptions())
    option.second->setHiddenFlag(llvm::cl::Hidden);
  loup::registerLoupPasses();
  loup::registerPipelines();
  mlir::DialectRegistry registry;
  registry.insert<loup::LoupDialect, mlir::func::FuncDialect>();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "Loup's passes\n", registry));
}
