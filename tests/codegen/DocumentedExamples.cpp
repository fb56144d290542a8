#include "tests/codegen/DocumentedExamples.h"

#include "ir/LoupDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

using namespace mlir;

namespace loup::test {

DocumentedExamples::DocumentedExamples() {
  context.loadDialect<LoupDialect, func::FuncDialect>();
  const std::string opening = "```mlir\n", closing = "```";
  for (const auto &file : std::filesystem::directory_iterator(LOUP_OPS)) {
    if (file.path().extension() != ".td")
      continue;
    std::ifstream stream(file.path());
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    for (size_t at = 0; (at = text.find(opening, at)) != std::string::npos;) {
      at += opening.size();
      std::string example = text.substr(at, text.find(closing, at) - at);
      examples.push_back(parseSourceString<ModuleOp>(example, &context));
      if (!examples.back())
        throw std::invalid_argument("this example does not parse:\n" + example);
    }
  }
}

std::vector<Operation *> DocumentedExamples::find(const std::string &name) {
  std::vector<Operation *> found;
  for (auto &example : examples)
    example->walk([&](Operation *op) {
      if (op->getName().getStringRef() == name)
        found.push_back(op);
    });
  return found;
}

} // namespace loup::test
