#include "tests/codegen/ParsedKernel.h"

#include "ir/LoupDialect.h"

#include "mlir/Parser/Parser.h"

#include <regex>
#include <stdexcept>

using namespace mlir;

namespace loup::test {

/// "i[batch, time:128]" -> "tensor<?x128xi32, #loup.axes<batch, time>>"
static std::string expandTypes(const std::string &ir) {
  static const std::regex shorthand(R"((i?)\[([a-z_:0-9, ]*)\])");
  static const std::regex axis(R"(([a-z_]+)(?::([0-9]+))?)");
  std::string result;
  std::sregex_iterator it(ir.begin(), ir.end(), shorthand), end;
  auto rest = ir.begin();
  for (; it != end; ++it) {
    result.append(rest, ir.begin() + it->position());
    rest = ir.begin() + it->position() + it->length();
    std::string list = (*it)[2].str(), sizes, names;
    bool isInteger = (*it)[1].length() > 0;
    for (std::sregex_iterator a(list.begin(), list.end(), axis); a != end; ++a) {
      sizes += ((*a)[2].matched ? (*a)[2].str() : "?") + "x";
      names += (names.empty() ? "" : ", ") + (*a)[1].str();
    }
    result += "tensor<" + sizes + (isInteger ? "i32" : "f32") + ", #loup.axes<" + names + ">>";
  }
  result.append(rest, ir.end());
  return result;
}

ParsedKernel::ParsedKernel(const std::string &ir) {
  context.loadDialect<LoupDialect, func::FuncDialect>();
  std::string text = expandTypes(ir);
  module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    throw std::invalid_argument("the test's kernel does not parse:\n" + text);
  function()->setAttr("loup.kernel", UnitAttr::get(&context));
}

func::FuncOp ParsedKernel::function() { return *module->getOps<func::FuncOp>().begin(); }

} // namespace loup::test
