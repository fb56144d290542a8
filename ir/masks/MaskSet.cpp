#include "ir/masks/MaskSet.h"

#include "runtime/Errors.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace loup {

using mlir::presburger::IntegerPolyhedron;
using mlir::presburger::IntegerRelation;
using mlir::presburger::PresburgerSet;
using mlir::presburger::PresburgerSpace;

namespace {

PresburgerSpace space() {
  return PresburgerSpace::getSetSpace(MaskSet::dimensions, MaskSet::symbols);
}

std::vector<MaskCondition> conditionsOf(const IntegerRelation &disjunct) {
  if (disjunct.getNumLocalVars() != 0)
    throw InternalError("a mask's set has no variables besides q, k and the sizes");
  std::vector<MaskCondition> conditions;
  auto add = [&](llvm::ArrayRef<int64_t> numbers, bool equality) {
    MaskCondition::Row row;
    std::copy(numbers.begin(), numbers.end(), row.begin());
    conditions.push_back(MaskCondition::of(row, equality));
  };
  for (unsigned i = 0; i < disjunct.getNumEqualities(); ++i)
    add(disjunct.getEquality64(i), /*equality=*/true);
  for (unsigned i = 0; i < disjunct.getNumInequalities(); ++i)
    add(disjunct.getInequality64(i), /*equality=*/false);
  return conditions;
}

/// The points that fulfil all conditions, if none is plainly false.
std::optional<IntegerPolyhedron> pointsOf(const std::vector<MaskCondition> &conditions) {
  IntegerPolyhedron points(space());
  for (const MaskCondition &condition : conditions) {
    MaskCondition::Row row = condition.row();
    int64_t divisor = 0;
    for (unsigned column = 0; column < MaskCondition::Constant; ++column)
      divisor = std::gcd(divisor, row[column]);
    // Integer points alone count, so that 4 k' <= 4 q' - 1 becomes k' <= q' - 1.
    int64_t &constant = row[MaskCondition::Constant];
    if (divisor == 0 || (condition.equality && constant % divisor != 0)) {
      bool holds = condition.equality ? divisor == 0 && constant == 0 : constant >= 0;
      if (!holds)
        return std::nullopt;
      continue;
    }
    constant -= residue(constant, divisor);
    for (int64_t &number : row)
      number /= divisor;
    condition.equality ? points.addEquality(row) : points.addInequality(row);
  }
  return points;
}

/// The same condition on pairs of these classes, as narrow as it can be: `k <= q + 1` where q - k
/// is even is `k <= q`.
MaskCondition tighten(MaskCondition condition, const ResidueClasses &classes) {
  MaskCondition positions{.query = condition.query, .key = condition.key};
  positions.constant = condition.constant;
  if (condition.equality || positions != condition)
    return condition;
  int64_t slack = classes.modulus(); // what the weighted sum of every pair exceeds a multiple by
  for (auto [q, k] : classes.list())
    slack = std::min(slack, residue(condition.query * q + condition.key * k + condition.constant,
                                    classes.modulus()));
  condition.constant -= slack;
  return condition;
}

/// What a conjunction's pairs say of q - k: conditions on it alone.
std::vector<MaskCondition> conditionsOnDistance(const IntegerRelation &disjunct) {
  // In place of q stands the distance: q = distance + k.
  IntegerPolyhedron points(space());
  auto add = [&](MaskCondition condition) {
    condition.key += condition.query;
    condition.equality ? points.addEquality(condition.row())
                       : points.addInequality(condition.row());
  };
  for (const MaskCondition &condition : conditionsOf(disjunct))
    add(condition);
  add({.query = 1});
  add({.key = 1});
  add({.present = 1});
  add({.present = -1, .constant = 1});
  points.projectOut(MaskCondition::Key, MaskCondition::Constant - MaskCondition::Key);
  std::vector<MaskCondition> conditions;
  auto put = [&](llvm::ArrayRef<int64_t> row, bool equality) {
    conditions.push_back(
        {.query = row[0], .key = -row[0], .constant = row[1], .equality = equality});
  };
  for (unsigned i = 0; i < points.getNumEqualities(); ++i)
    put(points.getEquality64(i), /*equality=*/true);
  for (unsigned i = 0; i < points.getNumInequalities(); ++i)
    put(points.getInequality64(i), /*equality=*/false);
  return conditions;
}

/// The condition of the pairs (q div m, k div m).
MaskCondition divide(MaskCondition condition, int64_t modulus, int64_t q, int64_t k) {
  condition.constant += condition.query * q + condition.key * k;
  condition.query *= modulus;
  condition.key *= modulus;
  return condition;
}

} // namespace

std::string MaskAlternative::describe() const {
  std::string text = classes.isAll() ? "" : classes.describe();
  for (auto condition = conditions.rbegin(); condition != conditions.rend(); ++condition)
    text = condition->describe() + (text.empty() ? "" : " and ") + text;
  return text;
}

MaskSet::MaskSet(PresburgerSet points)
    : MaskSet(std::vector<Piece>{{ResidueClasses::all(), std::move(points)}}) {}

MaskSet::MaskSet(std::vector<Piece> pieces) {
  for (Piece &piece : pieces) {
    // Coalescing drops alternatives inside others and joins those whose union is convex, so that
    // sets stay as small as what they say.
    piece.points = piece.points.coalesce();
    auto same = std::find_if(parts.begin(), parts.end(), [&](const Piece &part) {
      return part.points.isObviouslyEqual(piece.points);
    });
    if (same == parts.end())
      parts.push_back(std::move(piece));
    else
      same->classes = same->classes.unite(piece.classes);
  }
  for (int64_t factor = 2; factor <= modulus();) {
    int64_t divisor = modulus() / factor;
    if (modulus() % factor == 0 &&
        llvm::all_of(parts, [&](const Piece &part) { return part.classes.repeats(divisor); }))
      for (Piece &part : parts)
        part.classes = part.classes.lowered(divisor);
    else
      ++factor;
  }
}

template <typename Join> MaskSet MaskSet::combine(const MaskSet &other, Join join) const {
  std::vector<Piece> pieces;
  for (const Piece &a : parts)
    for (const Piece &b : other.parts)
      if (ResidueClasses classes = a.classes.intersect(b.classes); !classes.isEmpty())
        pieces.push_back({std::move(classes), join(a.points, b.points)});
  return MaskSet(std::move(pieces));
}

/// Every conjunction of conditions, replaced by `edit(conditions)`.
template <typename Edit> MaskSet MaskSet::rebuild(Edit edit) const {
  std::vector<Piece> pieces;
  for (const Piece &piece : parts) {
    PresburgerSet points = PresburgerSet::getEmpty(space());
    for (const IntegerRelation &disjunct : piece.points.getAllDisjuncts()) {
      std::vector<MaskCondition> conditions = conditionsOf(disjunct);
      for (MaskCondition &condition : conditions)
        edit(condition);
      if (auto edited = pointsOf(conditions))
        points.unionInPlace(*edited);
    }
    pieces.push_back({piece.classes, std::move(points)});
  }
  return MaskSet(std::move(pieces));
}

MaskSet MaskSet::all() { return MaskSet(PresburgerSet::getUniverse(space())); }

MaskSet MaskSet::realKeys() { return where({.key = -1, .length = 1, .constant = -1}); }

MaskSet MaskSet::where(const MaskCondition &condition) {
  auto points = pointsOf({condition});
  return MaskSet(points ? PresburgerSet(*points) : PresburgerSet::getEmpty(space()));
}

MaskSet MaskSet::where(const PresburgerSet &points) { return MaskSet(points); }

MaskSet MaskSet::where(const ResidueClasses &classes) {
  std::vector<Piece> pieces;
  if (!classes.isEmpty())
    pieces.push_back({classes, PresburgerSet::getUniverse(space())});
  ResidueClasses rest = ResidueClasses::where(
      classes.modulus(), [&](int64_t q, int64_t k) { return !classes.contains(q, k); });
  if (!rest.isEmpty())
    pieces.push_back({rest, PresburgerSet::getEmpty(space())});
  return MaskSet(std::move(pieces));
}

MaskSet MaskSet::intersect(const MaskSet &other) const {
  return combine(other,
                 [](const PresburgerSet &a, const PresburgerSet &b) { return a.intersect(b); });
}

MaskSet MaskSet::unite(const MaskSet &other) const {
  return combine(other,
                 [](const PresburgerSet &a, const PresburgerSet &b) { return a.unionSet(b); });
}

MaskSet MaskSet::complement() const {
  std::vector<Piece> pieces = parts;
  for (Piece &piece : pieces)
    piece.points = piece.points.complement();
  return MaskSet(std::move(pieces));
}

bool MaskSet::contains(int64_t q, int64_t k, const MaskSizes &sizes, bool isPresent) const {
  return llvm::any_of(parts, [&](const Piece &piece) {
    return piece.classes.contains(q, k) &&
           piece.points.containsPoint(
               {q, k, sizes.queries, sizes.keys, sizes.length, sizes.prefix, isPresent});
  });
}

bool MaskSet::isEmpty() const {
  return llvm::all_of(parts, [&](const Piece &piece) {
    return piece.points.isIntegerEmpty() ||
           (modulus() > 1 && llvm::all_of(piece.classes.list(), [&](auto of) {
              return inClass(modulus(), of.first, of.second).isEmpty();
            }));
  });
}

bool MaskSet::dependsOn(Column column) const {
  return llvm::any_of(alternatives(), [&](const MaskAlternative &alternative) {
    return llvm::any_of(alternative.conditions,
                        [&](const MaskCondition &c) { return c.row()[column] != 0; });
  });
}

MaskSet MaskSet::whereKeysAre(bool present) const {
  return rebuild([&](MaskCondition &condition) {
    condition.constant += present ? condition.present : 0;
    condition.present = 0;
  });
}

MaskSet MaskSet::inSomeCase() const { return whereKeysAre(true).unite(whereKeysAre(false)); }

MaskSet MaskSet::inEveryCase() const { return whereKeysAre(true).intersect(whereKeysAre(false)); }

MaskSet MaskSet::withoutClasses() const {
  PresburgerSet points = PresburgerSet::getEmpty(space());
  for (const MaskAlternative &alternative : alternatives()) {
    std::vector<MaskCondition> conditions;
    for (const MaskCondition &condition : alternative.conditions)
      conditions.push_back(tighten(condition, alternative.classes));
    if (auto part = pointsOf(conditions))
      points.unionInPlace(*part);
  }
  return MaskSet(std::move(points));
}

MaskSet MaskSet::bands() const {
  MaskSet result = all().complement();
  for (const Piece &piece : parts) {
    const ResidueClasses &classes = piece.classes;
    PresburgerSet points = PresburgerSet::getEmpty(space());
    for (const IntegerRelation &disjunct : piece.points.getAllDisjuncts())
      if (auto band = pointsOf(conditionsOnDistance(disjunct)))
        points.unionInPlace(*band);
    auto moved = ResidueClasses::where(classes.modulus(), [&](int64_t q, int64_t k) {
      for (int64_t by = 0; by < classes.modulus(); ++by)
        if (classes.contains(q + by, k + by))
          return true;
      return false;
    });
    result = result.unite(where(points).intersect(where(moved)));
  }
  return result;
}

MaskSet MaskSet::inClass(int64_t modulus, int64_t query, int64_t key) const {
  for (const Piece &piece : parts)
    if (piece.classes.contains(query, key))
      return MaskSet(piece.points).rebuild([&](MaskCondition &condition) {
        condition = divide(condition, modulus, query, key);
      });
  throw InternalError("every residue class is in one of a mask's pieces");
}

size_t MaskSet::size() const {
  size_t count = 0;
  for (const Piece &piece : parts)
    count += piece.points.getNumDisjuncts();
  return count;
}

std::vector<MaskAlternative> MaskSet::alternatives() const {
  std::vector<MaskAlternative> result;
  for (const Piece &piece : parts)
    for (const IntegerRelation &disjunct : piece.points.getAllDisjuncts())
      result.push_back({piece.classes, conditionsOf(disjunct)});
  return result;
}

std::string MaskSet::describe() const {
  std::vector<MaskAlternative> parts = alternatives();
  if (parts.empty())
    return "no pair";
  std::string text;
  for (const MaskAlternative &alternative : parts) {
    std::string part = alternative.describe();
    if (part.empty())
      return "every pair";
    bool brackets = parts.size() > 1 && part.find(" and ") != part.npos;
    text += (text.empty() ? "" : " or ") + (brackets ? "(" + part + ")" : part);
  }
  return text;
}

} // namespace loup
