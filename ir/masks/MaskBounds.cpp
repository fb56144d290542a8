#include "ir/masks/MaskBounds.h"

#include "mlir/Analysis/Presburger/IntegerRelation.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

namespace loup {

using mlir::presburger::IntegerPolyhedron;
using mlir::presburger::IntegerRelation;
using mlir::presburger::PresburgerSpace;

namespace {

/// The columns of a block's conditions: a position of the block, one that is sought, the block's
/// number and the sizes.
enum Column : unsigned { InBlock, Sought, Block, Queries, Keys, Length, Prefix, Constant, columns };
using Row = std::array<int64_t, columns>;

/// Which way round the bounds are, and how many positions a block has.
struct Direction {
  MaskCondition::Column inBlock, sought;
  int64_t size;

  /// The sizes that limit the positions.
  Column blockLimit() const { return inBlock == MaskCondition::Query ? Queries : Keys; }
  Column soughtLimit() const { return inBlock == MaskCondition::Query ? Keys : Queries; }

  Row row(const MaskCondition &condition) const {
    MaskCondition::Row from = condition.row();
    return {from[inBlock],     from[sought],      0,
            condition.queries, condition.keys,    condition.length,
            condition.prefix,  condition.constant};
  }
};

Row negated(Row row) {
  for (int64_t &weight : row)
    weight = -weight;
  return row;
}

/// What is true of any block: 0 <= sought < its limit, 0 <= prefix <= length <= keys, and the block
/// begins within the matrix.
IntegerPolyhedron surroundings(const Direction &direction) {
  IntegerPolyhedron points(PresburgerSpace::getSetSpace(columns - 1));
  auto atLeast = [&](Column high, int64_t weight, Column low, int64_t constant) {
    Row row{};
    row[high] = 1;
    row[low] -= weight;
    row[Constant] += constant;
    points.addInequality(row);
  };
  atLeast(Sought, 0, Constant, 0);
  atLeast(direction.soughtLimit(), 1, Sought, -1);
  atLeast(Block, 0, Constant, 0);
  atLeast(direction.blockLimit(), direction.size, Block, -1);
  atLeast(Prefix, 0, Constant, 0);
  atLeast(Length, 1, Prefix, 0);
  atLeast(Keys, 1, Length, 0);
  return points;
}

BlockBound boundOf(const Row &row, int64_t divisor) {
  MaskCondition sizes{.queries = row[Queries],
                      .keys = row[Keys],
                      .length = row[Length],
                      .prefix = row[Prefix],
                      .constant = row[Constant]};
  return {row[Block], sizes, divisor};
}

/// Whether the condition says something that is not true of any block.
bool says(const IntegerRelation &always, const Row &condition) {
  IntegerRelation fails = always;
  Row opposite = negated(condition);
  --opposite[Constant];
  fails.addInequality(opposite);
  return !fails.isIntegerEmpty();
}

/// The range of the sought position; none where it is always empty. `points` no longer speaks of
/// the position in the block.
std::optional<BlockRange> rangeOf(IntegerPolyhedron points, const IntegerPolyhedron &always) {
  points.append(always);
  if (points.isIntegerEmpty())
    return std::nullopt;
  points.removeRedundantConstraints();
  BlockRange range;
  auto add = [&](const Row &row) {
    int64_t factor = row[Sought];
    if (factor > 0) { // sought >= -rest / factor, rounded up
      Row rest = negated(row);
      rest[Constant] += factor - 1;
      range.first.push_back(boundOf(rest, factor));
    } else if (factor < 0) { // sought < rest / -factor + 1, rounded down
      Row rest = row;
      rest[Constant] -= factor;
      range.end.push_back(boundOf(rest, -factor));
    } else if (says(always, row)) {
      range.needed.push_back(boundOf(row, 1));
    }
  };
  auto addAll = [&](unsigned count, auto rowAt, bool isEquality) {
    for (unsigned i = 0; i < count; ++i) {
      Row row;
      auto numbers = rowAt(i);
      std::copy(numbers.begin(), numbers.end(), row.begin());
      add(row);
      if (isEquality)
        add(negated(row));
    }
  };
  addAll(points.getNumInequalities(), [&](unsigned i) { return points.getInequality64(i); }, false);
  addAll(points.getNumEqualities(), [&](unsigned i) { return points.getEquality64(i); }, true);
  // Constants come first, as in max(0, 64a - 63), and the matrix's border last.
  auto isSimpler = [](const BlockBound &a, const BlockBound &b) {
    auto order = [](const BlockBound &bound) {
      const MaskCondition &sizes = bound.sizes;
      return std::tuple(sizes.keys, sizes.queries, sizes.length, sizes.prefix, bound.block,
                        bound.divisor, sizes.constant);
    };
    return order(a) < order(b);
  };
  std::sort(range.first.begin(), range.first.end(), isSimpler);
  std::sort(range.end.begin(), range.end.end(), isSimpler);
  return range;
}

/// Where some position of the block goes with the sought one: the conditions' shadow.
IntegerPolyhedron shadow(const std::vector<MaskCondition> &conditions, const Direction &direction) {
  IntegerPolyhedron points(PresburgerSpace::getSetSpace(columns - 1));
  for (const MaskCondition &condition : conditions)
    condition.equality ? points.addEquality(direction.row(condition))
                       : points.addInequality(direction.row(condition));
  Row first{}, last{}; // size * a <= position < size * a + size
  first[InBlock] = 1;
  first[Block] = -direction.size;
  last = negated(first);
  last[Constant] = direction.size - 1;
  points.addInequality(first);
  points.addInequality(last);
  points.projectOut(InBlock);
  points.insertVar(mlir::presburger::VarKind::SetDim, InBlock);
  return points;
}

/// Where all positions of the block go with the sought one: each condition at its worst corner.
IntegerPolyhedron core(const std::vector<MaskCondition> &conditions, const Direction &direction) {
  IntegerPolyhedron points(PresburgerSpace::getSetSpace(columns - 1));
  auto add = [&](Row row) {
    row[Block] = row[InBlock] * direction.size;
    row[Constant] += std::min<int64_t>(0, row[InBlock]) * (direction.size - 1);
    row[InBlock] = 0;
    points.addInequality(row);
  };
  for (const MaskCondition &condition : conditions) {
    add(direction.row(condition));
    if (condition.equality)
      add(negated(direction.row(condition)));
  }
  return points;
}

/// The pairs of any class for which the conditions of all classes hold.
MaskSet inEveryClass(const MaskSet &allowed) {
  MaskSet every = MaskSet::all();
  for (const MaskSet::Piece &piece : allowed.pieces())
    every = every.intersect(MaskSet::where(piece.points));
  return every;
}

std::vector<Range> numbersOf(const std::vector<BlockRange> &ranges, int64_t block,
                             const MaskSizes &sizes) {
  std::vector<Range> result;
  for (const BlockRange &range : ranges) {
    auto at = [&](const BlockBound &bound) { return bound.at(block, sizes); };
    if (std::any_of(range.needed.begin(), range.needed.end(),
                    [&](const BlockBound &bound) { return at(bound) < 0; }))
      continue;
    Range numbers{at(range.first.front()), at(range.end.front())};
    for (const BlockBound &bound : range.first)
      numbers.first = std::max(numbers.first, at(bound));
    for (const BlockBound &bound : range.end)
      numbers.end = std::min(numbers.end, at(bound));
    if (numbers.first < numbers.end)
      result.push_back(numbers);
  }
  return result;
}

/// In ascending order, those that meet or overlap as one.
std::vector<Range> merged(std::vector<Range> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const Range &a, const Range &b) { return a.first < b.first; });
  std::vector<Range> result;
  for (const Range &range : ranges)
    if (!result.empty() && range.first <= result.back().end)
      result.back().end = std::max(result.back().end, range.end);
    else if (range.first < range.end)
      result.push_back(range);
  return result;
}

} // namespace

int64_t BlockBound::at(int64_t number, const MaskSizes &numbers) const {
  return llvm::divideFloorSigned(block * number + sizes.value(0, 0, numbers), divisor);
}

MaskBounds MaskBounds::onKeys(const MaskSet &allowed, int64_t queriesInBlock, Blocks blocks) {
  return MaskBounds(allowed, MaskCondition::Query, queriesInBlock, blocks);
}

MaskBounds MaskBounds::onQueries(const MaskSet &allowed, int64_t keysInBlock, Blocks blocks) {
  return MaskBounds(allowed, MaskCondition::Key, keysInBlock, blocks);
}

MaskBounds::MaskBounds(const MaskSet &allowed, MaskCondition::Column inBlock, int64_t size,
                       Blocks blocks)
    : sought(inBlock == MaskCondition::Query ? MaskCondition::Key : MaskCondition::Query) {
  Direction direction{inBlock, sought, size};
  IntegerPolyhedron always = surroundings(direction);
  auto fill = [&](std::vector<BlockRange> &ranges, const MaskSet &set, auto project) {
    for (const MaskAlternative &alternative : set.alternatives())
      if (auto range = rangeOf(project(alternative.conditions, direction), always))
        if (std::find(ranges.begin(), ranges.end(), *range) == ranges.end())
          ranges.push_back(std::move(*range));
  };
  MaskSet some = allowed, all = allowed; // pairs that may be allowed, and that surely are
  if (blocks == Blocks::OfRows) {
    some = allowed.bands();
    all = MaskSet::realKeys().intersect(allowed.complement()).bands().complement();
  }
  fill(touchedRanges, some.inSomeCase().withoutClasses(), shadow);
  fill(fullRanges, inEveryClass(all.inEveryCase()), core);
}

std::vector<Range> MaskBounds::touched(int64_t block, const MaskSizes &sizes,
                                       int64_t blockSize) const {
  std::vector<Range> ranges = numbersOf(touchedRanges, block, sizes);
  for (Range &range : ranges)
    range = {range.first / blockSize, (range.end + blockSize - 1) / blockSize};
  ranges = merged(std::move(ranges));
  while (ranges.size() > mostRanges) {
    auto gap = [&](size_t i) { return ranges[i + 1].first - ranges[i].end; };
    size_t smallest = 0;
    for (size_t i = 1; i + 1 < ranges.size(); ++i)
      smallest = gap(i) < gap(smallest) ? i : smallest;
    ranges[smallest].end = ranges[smallest + 1].end;
    ranges.erase(ranges.begin() + smallest + 1);
  }
  return ranges;
}

std::vector<Range> MaskBounds::full(int64_t block, const MaskSizes &sizes,
                                    int64_t blockSize) const {
  int64_t limit = sought == MaskCondition::Key ? sizes.keys : sizes.queries;
  std::vector<Range> ranges = merged(numbersOf(fullRanges, block, sizes));
  for (Range &range : ranges)
    range = {(range.first + blockSize - 1) / blockSize,
             (range.end == limit ? range.end + blockSize - 1 : range.end) / blockSize};
  ranges = merged(std::move(ranges));
  while (ranges.size() > mostRanges)
    ranges.erase(std::min_element(ranges.begin(), ranges.end(), [](const Range &a, const Range &b) {
      return a.end - a.first < b.end - b.first;
    }));
  return ranges;
}

} // namespace loup
