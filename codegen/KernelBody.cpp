#include "codegen/KernelBody.h"

#include "codegen/KernelOps.h"
#include "runtime/Errors.h"

using namespace mlir;

namespace loup {

static bool isScalar(Type type) { return axesOf(type).empty() && isInteger(type); }

static Halide::Type elementOf(Type type) {
  return isReal(type) ? Halide::Float(32) : Halide::Int(32);
}

KernelBody::KernelBody(func::FuncOp kernel, const KernelOps &ops, const Halide::Target &target)
    : block(&kernel.getBody().front()), ops(ops), machine(target) {
  for (BlockArgument argument : block->getArguments()) {
    Type type = argument.getType();
    std::string name = "argument" + std::to_string(argument.getArgNumber());
    void *key = argument.getAsOpaquePointer();
    if (isScalar(type)) {
      scalars.emplace(key, Halide::Param<int32_t>(name));
      continue;
    }
    Halide::ImageParam tensor(elementOf(type), axesOf(type).size(), name);
    describeBuffer(tensor, type);
    tensors.emplace(key, tensor);
  }
}

Halide::Expr KernelBody::load(Value value, const Point &at) const {
  void *key = value.getAsOpaquePointer();
  if (auto scalar = scalars.find(key); scalar != scalars.end())
    return scalar->second;
  // Data are named as a buffer and not as the Func that stands for it: only then does Halide take
  // an element for unchanging, and make a loop's bounds of it.
  if (auto tensor = tensors.find(key); tensor != tensors.end()) {
    std::vector<Halide::Expr> place = indices(value.getType(), at);
    return isInteger(value.getType())
               ? Halide::Internal::Call::make(tensor->second.parameter(), place)
               : tensor->second(place);
  }
  return funcs.at(key)(indices(value.getType(), at));
}

Halide::Expr KernelBody::read(Value value, const Point &at) const {
  Operation *op = value.getDefiningOp();
  if (!op || ops.isAnchor(op))
    return load(value, at);
  Point own;
  for (StringAttr axis : axesOf(value))
    own = own.with(axis, at[axis]);
  return Halide::strict_float(ops.evaluate(op, *this, own));
}

Halide::Var KernelBody::var(llvm::StringRef axis) const { return Halide::Var(axis.str()); }

std::vector<Halide::Var> KernelBody::vars(Type type) const {
  std::vector<Halide::Var> result;
  for (StringAttr axis : llvm::reverse(axesOf(type)))
    result.push_back(var(axis));
  return result;
}

Point KernelBody::point(Type type) const {
  Point result;
  for (StringAttr axis : axesOf(type))
    result = result.with(axis, var(axis));
  return result;
}

std::vector<Halide::Expr> KernelBody::indices(Type type, const Point &at) const {
  std::vector<Halide::Expr> result;
  for (StringAttr axis : llvm::reverse(axesOf(type)))
    result.push_back(at[axis]);
  return result;
}

Halide::Expr KernelBody::extent(llvm::StringRef axis) const {
  for (BlockArgument argument : block->getArguments()) {
    auto size = axisSize(argument.getType(), axis);
    if (!size)
      continue;
    if (!ShapedType::isDynamic(*size))
      return static_cast<int32_t>(*size);
    auto axes = axesOf(argument.getType());
    int place = llvm::find_if(axes, [&](StringAttr a) { return a == axis; }) - axes.begin();
    return tensors.at(argument.getAsOpaquePointer()).dim(axes.size() - 1 - place).extent();
  }
  // Not an argument's own: an op inside may have renamed it or given it a static size.
  for (Operation &op : block->without_terminator())
    for (Value result : op.getResults()) {
      auto size = axisSize(result.getType(), axis);
      if (size && !ShapedType::isDynamic(*size))
        return static_cast<int32_t>(*size);
      // No sequence is longer than all of them.
      if (auto ragged = dyn_cast<RaggedLookupOp>(op); ragged && ragged.getAxis() == axis)
        return extent(ragged.getAlong());
      if (auto rename = dyn_cast<RenameOp>(op); size && rename) {
        int64_t place = cast<AxesAttr>(rename.getType().getEncoding()).find(axis);
        StringAttr old = axesOf(rename.getInput())[place];
        if (old != axis)
          return extent(old);
      }
    }
  throw InternalError("no argument says how long axis '" + axis.str() + "' is");
}

Halide::RDom KernelBody::domain(llvm::ArrayRef<llvm::StringRef> axes,
                                const std::string &name) const {
  Halide::Region region;
  for (llvm::StringRef axis : axes)
    region.emplace_back(0, extent(axis));
  return Halide::RDom(region, name);
}

std::vector<Halide::Argument> KernelBody::arguments() const {
  std::vector<Halide::Argument> result;
  for (BlockArgument argument : block->getArguments()) {
    void *key = argument.getAsOpaquePointer();
    if (isScalar(argument.getType()))
      result.push_back(scalars.at(key));
    else
      result.push_back(tensors.at(key));
  }
  return result;
}

/// Of batches as they are trained on: sentences of some 30 tokens.
static int typicalSize(const Axis &axis) {
  if (!axis.isDynamic())
    return static_cast<int>(axis.size);
  return isTokenAxis(axis.name) ? 1024 : 32;
}

/// Halide's order.
static Halide::Region typicalRegion(Type type) {
  Halide::Region region;
  auto axes = namedAxes(type);
  for (const Axis &axis : llvm::reverse(axes))
    region.emplace_back(0, typicalSize(axis));
  return region;
}

void KernelBody::estimateSizes(llvm::ArrayRef<Halide::Func> outputs) {
  for (auto &[argument, scalar] : scalars)
    scalar.set_estimate(1);
  for (BlockArgument argument : block->getArguments())
    if (auto tensor = tensors.find(argument.getAsOpaquePointer()); tensor != tensors.end())
      tensor->second.set_estimates(typicalRegion(argument.getType()));
  ValueRange results = block->getTerminator()->getOperands();
  size_t result = 0;
  for (Halide::Func output : outputs) {
    output.set_estimates(typicalRegion(results[result].getType()));
    result += output.outputs();
  }
}

void KernelBody::define(Value value, Halide::Func func) {
  funcs.emplace(value.getAsOpaquePointer(), func);
}

void describeBuffer(Halide::OutputImageParam &buffer, Type type, bool hasOwnBounds) {
  auto axes = namedAxes(type);
  int rank = axes.size();
  int64_t stride = 1;
  for (int i = 0; i < rank; ++i) {
    const Axis &axis = axes[rank - 1 - i];
    auto dim = buffer.dim(i);
    if (hasOwnBounds && axis.isDynamic())
      dim.set_min(0);
    else if (hasOwnBounds)
      dim.set_bounds(0, static_cast<int32_t>(axis.size));
    bool isOutermost = i == rank - 1 && i > 0;
    if (stride > 0 && !isOutermost)
      dim.set_stride(static_cast<int32_t>(stride));
    stride = axis.isDynamic() ? 0 : stride * axis.size;
  }
}

} // namespace loup
