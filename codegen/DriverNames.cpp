#include "codegen/DriverNames.h"

#include "runtime/Errors.h"

#include "llvm/ADT/StringExtras.h"

#include <cctype>

using namespace mlir;

namespace loup {

std::string identifier(llvm::StringRef name) {
  std::string result;
  for (char c : name)
    result += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  if (result.empty() || std::isdigit(static_cast<unsigned char>(result.front())))
    result.insert(result.begin(), '_');
  return result;
}

std::string stateMember(llvm::StringRef name) { return identifier(name) + "_"; }

std::string extentOf(const Axis &axis) {
  return axis.isDynamic() ? sideOf(axis.name).str() : std::to_string(axis.size);
}

std::string extents(Type type) {
  llvm::SmallVector<std::string> parts;
  for (const Axis &axis : namedAxes(type))
    parts.push_back(extentOf(axis));
  return llvm::join(parts, ", ");
}

std::string shapeComment(Type type) { return "[" + extents(type) + "]"; }

std::string largest(llvm::StringRef unit) {
  llvm::SmallVector<llvm::StringRef> factors;
  unit.split(factors, " * ");
  std::string product;
  auto times = [&](const char *factor) {
    product += (product.empty() ? "" : " * ") + std::string(factor);
  };
  auto take = [&](llvm::StringRef factor) {
    auto *found = llvm::find(factors, factor);
    if (found == factors.end())
      return false;
    factors.erase(found);
    return true;
  };
  // Sentences times the longest of them is bounded as a whole.
  if (llvm::is_contained(factors, "batch") && take("target")) {
    take("batch");
    times("most.targetPositions");
  } else if (llvm::is_contained(factors, "batch") && take("source")) {
    take("batch");
    times("most.sourcePositions");
  }
  for (llvm::StringRef factor : factors)
    if (factor == "batch")
      times("most.sentences");
    else if (factor == "source")
      times("most.sourceLength");
    else if (factor == "target")
      times("most.targetLength");
    else if (factor == "source_token")
      times("most.sourcePositions"); // at least as many
    else if (factor == "target_token")
      times("most.targetPositions");
    else if (factor == "hypothesis" || factor == "slot")
      times("most.hypotheses");
    else if (factor != "1")
      throw InternalError("the largest size of an axis is known, got " + factor.str());
  return product;
}

std::string Scope::unused(std::string name) {
  int number = ++counts[name];
  return number == 1 ? name : unused(name + "_" + std::to_string(number));
}

} // namespace loup
