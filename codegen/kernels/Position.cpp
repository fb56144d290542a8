// Positions, their encodings, and the target that is read one later.
#include "codegen/kernels/ConstantTable.h"
#include "codegen/kernels/Families.h"

#include <cmath>
#include <initializer_list>

using namespace Halide;

namespace loup {

/// Coefficients from the highest power down.
static Expr polynomial(Expr x, std::initializer_list<double> coefficients) {
  Expr result = Expr(0.0);
  for (double coefficient : coefficients)
    result = result * x + Expr(coefficient);
  return result;
}

/// sin(x + turn pi / 2) for doubles 0 <= x < 2^20, correct to the last bit of a float. (FreeBSD's
/// e_rem_pio2, k_sinf and k_cosf.)
static Expr sine(Expr x, Expr turn) {
  Expr quarters = round(x * Expr(0.63661977236758134308)); // of a full turn
  Expr r =
      x - quarters * Expr(1.57079632673412561417) - quarters * Expr(6.07710050650619224932e-11);
  Expr sine = r * polynomial(r * r, {0.0000027183114939898219064, -0.000198393348360966317347,
                                     0.0083333293858894631756, -0.166666666416265235595, 1.0});
  Expr cosine = polynomial(r * r, {0.0000243904487962774090654, -0.00138867637746099294692,
                                   0.0416666233237390631894, -0.499999997251031003120, 1.0});
  Expr quadrant = cast<int32_t>(quarters) + turn;
  Expr value = select(quadrant % 2 == 0, sine, cosine);
  return cast<float>(select(quadrant % 4 < 2, value, -value));
}

/// 10000^(-2i / width) for each i, in doubles: positions multiply the error.
static Buffer<double> frequencies(int width) {
  return constantTable<double>("frequencies", width / 2,
                               [&](int i) { return std::pow(10000.0, -2.0 * i / width); });
}

void addPosition(KernelOps &ops) {
  ops.pointwise<PositionsOp>([](PositionsOp op, const KernelBody &, const Point &at) {
    return at[axesOf(op.getResult()).front()];
  });

  ops.pointwise<KeptPositionsOp>([](KeptPositionsOp op, const KernelBody &body, const Point &at) {
    Expr row = at[axesOf(op.getResult()).front()];
    Expr position = body.read(op.getPosition(), at);
    auto first = static_cast<int32_t>(op.getFirst()), last = static_cast<int32_t>(op.getLast());
    return select(row < first || row > position, row, position - (position - row) % last);
  });

  ops.pointwise<SinusoidOp>([](SinusoidOp op, const KernelBody &body, const Point &at) {
    Axis width = namedAxes(op.getType()).back();
    Expr column = at[width.name];
    Expr position = cast<double>(body.read(op.getPositions(), at));
    return sine(position * frequencies(static_cast<int>(width.size))(column / 2), column % 2);
  });

  ops.pointwise<RotaryOp>([](RotaryOp op, const KernelBody &body, const Point &at) {
    Axis width = namedAxes(op.getType()).back();
    auto read = [&](mlir::Value value, const Expr &column) {
      return body.read(value, at.with(width.name, column));
    };
    Expr column = at[width.name], first = column / 2 * 2, place = column % 2;
    Expr partner = clamp(first + 1 - place, 0, static_cast<int32_t>(width.size) - 1);
    Expr sine = read(op.getEncoding(), first), cosine = read(op.getEncoding(), first + 1);
    Expr along = read(op.getInput(), column) * cosine, across = read(op.getInput(), partner) * sine;
    return along + select(place == (op.getInverse() ? 0 : 1), across, -across);
  });

  ops.pointwise<ShiftRightOp>([](ShiftRightOp op, const KernelBody &body, const Point &at) {
    Expr place = at[op.getAxis()];
    Expr position = op.getPositions() ? body.read(op.getPositions(), at) : place;
    Expr before = body.read(op.getInput(), at.with(op.getAxis(), max(place - 1, 0)));
    return select(position == 0, static_cast<int32_t>(op.getBegin()), before);
  });
}

} // namespace loup
