#include "ir/LoupDialect.h"
#include "ir/LoupOps.h"
#include "ir/masks/MaskBounds.h"
#include "ir/masks/MaskExpression.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;

#include "ir/LoupDialect.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "ir/LoupAttributes.cpp.inc"

namespace loup {

void LoupDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "ir/LoupOps.cpp.inc"
      >();
}

void LoupDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "ir/LoupAttributes.cpp.inc"
      >();
}

// #loup.axes<batch, source, width>

int64_t AxesAttr::find(llvm::StringRef name) const {
  const auto *found = llvm::find(getNames(), name);
  return found == getNames().end() ? -1 : found - getNames().begin();
}

Attribute AxesAttr::parse(AsmParser &parser, Type) {
  llvm::SmallVector<StringAttr> names;
  auto parseName = [&] {
    llvm::StringRef name;
    if (parser.parseKeyword(&name))
      return failure();
    names.push_back(StringAttr::get(parser.getContext(), name));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater, parseName))
    return {};
  return getChecked([&] { return parser.emitError(parser.getNameLoc()); }, parser.getContext(),
                    names);
}

void AxesAttr::print(AsmPrinter &printer) const {
  printer << '<';
  llvm::interleaveComma(getNames(), printer, [&](StringAttr name) { printer << name.getValue(); });
  printer << '>';
}

LogicalResult AxesAttr::verify(llvm::function_ref<InFlightDiagnostic()> error,
                               llvm::ArrayRef<StringAttr> names) {
  llvm::StringSet<> seen;
  for (StringAttr name : names)
    if (!seen.insert(name.getValue()).second)
      return error() << "expected axes with different names, got '" << name.getValue() << "' twice";
  return success();
}

LogicalResult AxesAttr::verifyEncoding(llvm::ArrayRef<int64_t> shape, Type,
                                       llvm::function_ref<InFlightDiagnostic()> error) const {
  if (shape.size() != getNames().size())
    return error() << "expected one name for each of " << shape.size() << " axes, got "
                   << getNames().size();
  return success();
}

// #loup.mask<"causal & padding">

LogicalResult MaskAttr::verify(llvm::function_ref<InFlightDiagnostic()> error,
                               llvm::StringRef words) {
  try {
    MaskExpression::parse(words);
    return success();
  } catch (const MaskError &mistake) {
    return error() << mistake.message << " in mask \"" << words << "\""
                   << (mistake.suggestion.empty() ? ""
                                                  : "; did you mean " + mistake.suggestion + "?");
  }
}

MaskSet MaskAttr::allowed() const {
  return MaskExpression::parse(getWords().str()).allowed().intersect(MaskSet::realKeys());
}

bool MaskAttr::isWithinDocuments() const {
  return MaskExpression::parse(getWords().str()).perDocument();
}

// #loup.bounds<block 16 touched "0 .. length" full "0 .. length">

static BoundsAttr describe(const MaskBounds &bounds, int64_t size, MLIRContext *context) {
  return BoundsAttr::get(context, size, MaskBounds::describe(bounds.touched()),
                         MaskBounds::describe(bounds.full()));
}

BoundsAttr BoundsAttr::onKeys(MaskAttr mask, int64_t queriesInBlock, Blocks blocks) {
  return describe(MaskBounds::onKeys(mask.allowed(), queriesInBlock, blocks), queriesInBlock,
                  mask.getContext());
}

BoundsAttr BoundsAttr::onQueries(MaskAttr mask, int64_t keysInBlock, Blocks blocks) {
  return describe(MaskBounds::onQueries(mask.allowed(), keysInBlock, blocks), keysInBlock,
                  mask.getContext());
}

// #loup.buckets<32, 128, one_sided>

Attribute BucketsAttr::parse(AsmParser &parser, Type) {
  int64_t count = 0, furthest = 0;
  if (parser.parseLess() || parser.parseInteger(count) || parser.parseComma() ||
      parser.parseInteger(furthest))
    return {};
  bool oneSided = succeeded(parser.parseOptionalComma());
  if ((oneSided && parser.parseKeyword("one_sided")) || parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(parser.getNameLoc()); }, parser.getContext(),
                    count, furthest, oneSided);
}

void BucketsAttr::print(AsmPrinter &printer) const {
  printer << '<' << getCount() << ", " << getFurthest() << (getOneSided() ? ", one_sided>" : ">");
}

LogicalResult BucketsAttr::verify(llvm::function_ref<InFlightDiagnostic()> error, int64_t count,
                                  int64_t furthest, bool oneSided) {
  int64_t least = oneSided ? 2 : 4;
  if (count >= least && count % least == 0 && furthest > count)
    return success();
  return error() << "expected a multiple of " << least << " rows and more distances, got " << count
                 << " and " << furthest;
}

llvm::SmallVector<int64_t> BucketsAttr::getFirstDistances() const {
  int64_t count = getCountOfSide(), exact = count / 2;
  llvm::SmallVector<int64_t> first;
  for (int64_t row = 0; row < exact; ++row)
    first.push_back(row);
  // Where row = exact + log(distance / exact) / log(furthest / exact) * (count - exact).
  double growth = static_cast<double>(getFurthest()) / static_cast<double>(exact);
  for (int64_t row = exact; row < count; ++row) {
    double power = static_cast<double>(row - exact) / static_cast<double>(count - exact);
    double distance = static_cast<double>(exact) * std::pow(growth, power);
    constexpr double rounding = 1e-9; // a whole number may come out a little larger
    first.push_back(static_cast<int64_t>(std::ceil(distance - rounding)));
  }
  return first;
}

// #loup.initial<uniform, 0.1>

Attribute InitialAttr::parse(AsmParser &parser, Type) {
  llvm::StringRef kind;
  double value = 0;
  if (parser.parseLess() || parser.parseKeyword(&kind) || parser.parseComma() ||
      parser.parseFloat(value) || parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(parser.getNameLoc()); }, parser.getContext(),
                    kind, llvm::APFloat(static_cast<float>(value)));
}

void InitialAttr::print(AsmPrinter &printer) const {
  printer << '<' << getKind() << ", ";
  printer.printFloat(getValue());
  printer << '>';
}

LogicalResult InitialAttr::verify(llvm::function_ref<InFlightDiagnostic()> error,
                                  llvm::StringRef kind, llvm::APFloat) {
  if (kind == "uniform" || kind == "normal" || kind == "constant")
    return success();
  return error() << "expected uniform, normal or constant, got " << kind;
}

// #loup.place<arena, "batch * target", 4096>

Attribute PlaceAttr::parse(AsmParser &parser, Type) {
  llvm::StringRef kind;
  std::string name;
  int64_t offset = 0;
  if (parser.parseLess() || parser.parseKeyword(&kind) || parser.parseComma() ||
      parser.parseString(&name) || parser.parseComma() || parser.parseInteger(offset) ||
      parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(parser.getNameLoc()); }, parser.getContext(),
                    kind, name, offset);
}

void PlaceAttr::print(AsmPrinter &printer) const {
  printer << '<' << getKind() << ", ";
  printer.printString(getName());
  printer << ", " << getOffset() << '>';
}

LogicalResult PlaceAttr::verify(llvm::function_ref<InFlightDiagnostic()> error,
                                llvm::StringRef kind, llvm::StringRef, int64_t) {
  if (kind == "arena" || kind == "gradient" || kind == "state" || kind == "result")
    return success();
  return error() << "expected arena, gradient, state or result, got " << kind;
}

} // namespace loup
