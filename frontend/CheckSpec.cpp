#include "frontend/CheckSpec.h"

#include "frontend/CheckRules.h"
#include "frontend/Words.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace loup {
namespace {

void checkName(const Spec &spec, Diagnostics &diagnostics) {
  std::string_view name = spec.name.value;
  auto isPart = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; };
  bool good = !name.empty() && name.size() <= 64 &&
              std::isalpha(static_cast<unsigned char>(name[0])) &&
              std::all_of(name.begin(), name.end(), isPart);
  if (good || !sure(spec.name))
    return;
  std::string_view rule = "a letter first, then letters, digits, '-' and '_', 64 at most";
  diagnostics.error(spec.name.range,
                    spec.name.given()
                        ? fmt::format("'name' names programs and files: {}", rule)
                        : fmt::format("'{}', the file's name, cannot name the programs; add a "
                                      "'name': {}",
                                      name, rule));
}

} // namespace

void checkSpec(const Spec &spec, Diagnostics &diagnostics) {
  checkName(spec, diagnostics);
  checkData(spec, diagnostics);
  checkModel(spec, diagnostics);
  checkMarks(spec, diagnostics);
  checkPositions(spec, diagnostics);
  checkLayers(spec, diagnostics);
  checkTraining(spec, diagnostics);
}

} // namespace loup
