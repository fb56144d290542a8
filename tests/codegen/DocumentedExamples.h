// The examples in the descriptions of the dialect's ops, as IR.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>
#include <vector>

namespace loup::test {

class DocumentedExamples {
public:
  /// Parses every example of ir/ops/*.td; throws where one does not parse.
  DocumentedExamples();

  /// The ops called `name`, such as "loup.add", in all examples.
  std::vector<mlir::Operation *> find(const std::string &name);

private:
  mlir::MLIRContext context;
  std::vector<mlir::OwningOpRef<mlir::ModuleOp>> examples;
};

} // namespace loup::test
