#include "passes/Passes.h"

using namespace mlir;

namespace loup {

std::string nameOf(Value value) {
  if (auto name = dyn_cast<NameLoc>(value.getLoc()))
    return name.getName().str();
  return "value";
}

Location named(const std::string &name, MLIRContext *context) {
  return NameLoc::get(StringAttr::get(context, name));
}

void eraseDeadOps(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

llvm::StringRef argumentName(func::FuncOp function, unsigned i) {
  return function.getArgAttrOfType<StringAttr>(i, "loup.name").getValue();
}

Value argumentOf(func::FuncOp function, llvm::StringRef name, Type type) {
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (argumentName(function, i) == name)
      return function.getArgument(i);
  Builder builder(function.getContext());
  auto attributes =
      builder.getDictionaryAttr(builder.getNamedAttr("loup.name", builder.getStringAttr(name)));
  (void)function.insertArgument(function.getNumArguments(), type, attributes,
                                named(name.str(), function.getContext()));
  return function.getArguments().back();
}

} // namespace loup
