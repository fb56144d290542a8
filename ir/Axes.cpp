#include "ir/Axes.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace loup {

static AxesAttr encodingOf(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? dyn_cast_or_null<AxesAttr>(tensor.getEncoding()) : AxesAttr();
}

bool hasAxes(Type type) { return static_cast<bool>(encodingOf(type)); }

bool isReal(Type type) { return cast<ShapedType>(type).getElementType().isF32(); }

bool isInteger(Type type) { return cast<ShapedType>(type).getElementType().isSignlessInteger(32); }

llvm::ArrayRef<StringAttr> axesOf(Type type) { return encodingOf(type).getNames(); }

bool hasAxis(Type type, llvm::StringRef name) { return encodingOf(type).contains(name); }

std::optional<int64_t> axisSize(Type type, llvm::StringRef name) {
  int64_t place = encodingOf(type).find(name);
  if (place < 0)
    return std::nullopt;
  return cast<RankedTensorType>(type).getDimSize(place);
}

llvm::SmallVector<Axis> namedAxes(Type type) {
  llvm::SmallVector<Axis> axes;
  for (auto [name, size] : llvm::zip_equal(axesOf(type), cast<RankedTensorType>(type).getShape()))
    axes.push_back({name.str(), size});
  return axes;
}

RankedTensorType makeType(Type element, llvm::ArrayRef<Axis> axes) {
  MLIRContext *context = element.getContext();
  llvm::SmallVector<StringAttr> names;
  llvm::SmallVector<int64_t> shape;
  for (const Axis &axis : axes) {
    names.push_back(StringAttr::get(context, axis.name));
    shape.push_back(axis.size);
  }
  return RankedTensorType::get(shape, element, AxesAttr::get(context, names));
}

RankedTensorType realType(MLIRContext *context, llvm::ArrayRef<Axis> axes) {
  return makeType(Float32Type::get(context), axes);
}

RankedTensorType integerType(MLIRContext *context, llvm::ArrayRef<Axis> axes) {
  return makeType(IntegerType::get(context, 32), axes);
}

static constexpr llvm::StringLiteral keySuffix = "_key";

llvm::StringRef sideOf(llvm::StringRef axis) {
  axis.consume_back(keySuffix);
  return axis;
}

/// Kernels, which do not tell one side from the other, call it "key".
bool isKeyAxis(llvm::StringRef axis) {
  return axis.ends_with(keySuffix) || axis == keySuffix.drop_front();
}

std::string keyAxis(llvm::StringRef side) { return (side + keySuffix).str(); }

static constexpr llvm::StringLiteral tokenSuffix = "_token";

std::string tokenAxis(llvm::StringRef side) { return (side + tokenSuffix).str(); }

bool isTokenAxis(llvm::StringRef axis) { return sideOf(axis).ends_with(tokenSuffix); }

std::string axisOfOne(llvm::StringRef tokenAxis) {
  llvm::StringRef side = sideOf(tokenAxis);
  side.consume_back(tokenSuffix);
  return isKeyAxis(tokenAxis) ? keyAxis(side) : side.str();
}

} // namespace loup
