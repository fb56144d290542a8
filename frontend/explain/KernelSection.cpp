#include "frontend/explain/KernelSection.h"

#include "frontend/explain/PassHistory.h"
#include "ir/LoupOps.h"
#include "ir/Stage.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"

#include <fmt/format.h>

using namespace mlir;

namespace loup {
namespace {

/// How often each function calls a kernel, by the kernel's name.
using Calls = llvm::StringMap<llvm::MapVector<llvm::StringRef, int64_t>>;

Calls callsIn(ModuleOp module) {
  Calls calls;
  for (auto function : module.getOps<func::FuncOp>())
    for (auto call : function.getOps<CallOp>())
      ++calls[call.getKernel()][function.getSymName()];
  return calls;
}

std::string describe(const llvm::MapVector<llvm::StringRef, int64_t> &calls) {
  std::vector<std::string> parts;
  for (const auto &[function, count] : calls)
    parts.push_back(fmt::format("{} in {}", counted(count, "call"), function.str()));
  return listed(parts);
}

} // namespace

Section kernelSection(ModuleOp module, const std::map<std::string, std::string> &loops) {
  Calls calls = callsIn(module);
  Html kernels;
  int64_t count = 0, callCount = 0;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!isKernel(function))
      continue;
    std::string name = function.getSymName().str();
    Html body = ofClass("code", "div", programText(function));
    if (auto nest = loops.find(name); nest != loops.end())
      body += details("Its loops, by Halide", ofClass("code", "div", nest->second));
    kernels += details(
        element("code", name) + " " + ofClass("calls", "span", describe(calls[name])), body);
    ++count;
    for (const auto &[caller, number] : calls[name])
      callCount += number;
  }
  Html content = element(
      "p", fmt::format("The passes end in {}, made by {} that Halide compiles: what is the same in "
                       "several layers is one kernel. Each shows here what it computes, and how "
                       "its loops run: which are split, vectorized or run by all threads.",
                       counted(callCount, "call"), counted(count, "kernel")));
  return {"kernels", "The kernels and their loops", content + ofClass("kernels", "div", kernels)};
}

} // namespace loup
