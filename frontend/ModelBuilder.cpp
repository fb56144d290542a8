#include "frontend/ModelBuilder.h"

#include <cmath>

using namespace mlir;

namespace loup {

ModelBuilder::ModelBuilder(std::string_view fileName, ModuleOp module)
    : builder(module.getContext()), module(module), fileName(fileName) {
  builder.setInsertionPointToEnd(module.getBody());
}

Location ModelBuilder::at(SourceRange range, const std::string &name) {
  MLIRContext *context = builder.getContext();
  auto place = FileLineColRange::get(StringAttr::get(context, fileName), range.line, range.column,
                                     range.endLine, range.endColumn);
  return NameLoc::get(StringAttr::get(context, name), place);
}

Axis ModelBuilder::axis(llvm::StringRef name, int64_t size) {
  auto [known, isNew] = axisSizes.try_emplace(name, size);
  if (isNew || known->second == size)
    return {name.str(), size};
  return axis((name + "_" + llvm::Twine(size)).str(), size);
}

Value ModelBuilder::weight(Location loc, const std::string &name, llvm::ArrayRef<int64_t> shape,
                           InitialAttr initial, llvm::ArrayRef<Axis> axes, int64_t row) {
  if (declared.insert(name).second) {
    OpBuilder declarations = OpBuilder::atBlockEnd(module.getBody());
    if (train)
      declarations.setInsertionPoint(train);
    ParameterOp::create(declarations, loc, declarations.getStringAttr(name),
                        declarations.getDenseI64ArrayAttr(shape), initial);
  }
  return WeightOp::create(builder, loc, realType(builder.getContext(), axes), name, row);
}

static InitialAttr initial(MLIRContext *context, llvm::StringRef kind, double value) {
  return InitialAttr::get(context, kind, llvm::APFloat(static_cast<float>(value)));
}

InitialAttr ModelBuilder::uniform(double bound) {
  return initial(builder.getContext(), "uniform", bound);
}

InitialAttr ModelBuilder::constant(double value) {
  return initial(builder.getContext(), "constant", value);
}

InitialAttr ModelBuilder::xavier(int64_t fanOut, int64_t fanIn) {
  return uniform(std::sqrt(6.0 / static_cast<double>(fanOut + fanIn)));
}

Value ModelBuilder::add(Location loc, Value left, Value right) {
  return AddOp::create(builder, loc, left.getType(), left, right);
}

Value ModelBuilder::product(Location loc, Value left, Value right, llvm::ArrayRef<Axis> result,
                            double scale) {
  return ProductOp::create(builder, loc, realType(builder.getContext(), result), left, right,
                           builder.getF32FloatAttr(static_cast<float>(scale)));
}

Value ModelBuilder::dropout(Location loc, Value input, double rate, ValueRange coordinates) {
  if (rate == 0)
    return input;
  Value key = DropoutKeyOp::create(builder, loc, dropoutKey.getType(), dropoutKey,
                                   builder.getI32IntegerAttr(places++));
  return DropoutOp::create(builder, loc, input.getType(), input,
                           builder.getF32FloatAttr(static_cast<float>(rate)), key, coordinates);
}

Value ModelBuilder::positions(const Axis &axis) {
  Value &known = positionsOf[axis.name];
  if (!known) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(source.getParentBlock());
    Location loc = NameLoc::get(builder.getStringAttr(axis.name + "_positions"));
    known = PositionsOp::create(builder, loc, integerType(builder.getContext(), {axis}));
  }
  return known;
}

func::FuncOp ModelBuilder::beginTraining(Location loc) {
  MLIRContext *context = builder.getContext();
  struct Argument {
    const char *name;
    llvm::SmallVector<Axis> axes;
    Value &value;
  };
  const Argument arguments[] = {
      {"source", {{"batch"}, {"source"}}, source},
      {"target", {{"batch"}, {"target"}}, target},
      {"source_lengths", {{"batch"}}, sourceLengths},
      {"target_lengths", {{"batch"}}, targetLengths},
      {"examples", {{"batch"}}, examples},
      {"dropout_key", {}, dropoutKey},
  };
  llvm::SmallVector<Type> types;
  for (const Argument &argument : arguments)
    types.push_back(integerType(context, argument.axes));
  auto losses = realType(context, {{"batch"}, {"target"}});
  train = func::FuncOp::create(builder, loc, "train", FunctionType::get(context, types, {losses}));
  train.setResultAttr(0, "loup.name", builder.getStringAttr("losses"));
  Block *body = train.addEntryBlock();
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    train.setArgAttr(i, "loup.name", builder.getStringAttr(argument.name));
    argument.value = body->getArgument(i);
    argument.value.setLoc(NameLoc::get(builder.getStringAttr(argument.name)));
  }
  builder.setInsertionPointToStart(body);
  return train;
}

Value ModelBuilder::argument(const std::string &name, llvm::ArrayRef<Axis> axes) {
  auto train = cast<func::FuncOp>(source.getParentBlock()->getParentOp());
  auto attribute = builder.getStringAttr(name);
  for (unsigned i = 0; i < train.getNumArguments(); ++i)
    if (train.getArgAttr(i, "loup.name") == attribute)
      return train.getArgument(i);
  (void)train.insertArgument(
      train.getNumArguments(), integerType(builder.getContext(), axes),
      builder.getDictionaryAttr(builder.getNamedAttr("loup.name", attribute)),
      NameLoc::get(attribute));
  return train.getArguments().back();
}

} // namespace loup
