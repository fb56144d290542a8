#include "ir/masks/MaskProof.h"

#include "ir/masks/Projection.h"
#include "ir/masks/SmallestPoint.h"

#include <tuple>
#include <vector>

namespace loup {

using mlir::presburger::IntegerRelation;
using mlir::presburger::PresburgerSet;
using mlir::presburger::PresburgerSpace;

std::string LaterToken::describe() const {
  return "position q=" + std::to_string(query) + (exact ? " sees k=" : " may see k=") +
         std::to_string(key) + (key == query ? ", its own place" : ", which comes later");
}

std::string EmptyRow::describe() const {
  std::string row = "query q=" + std::to_string(query);
  std::string sees = exact ? " has no key it may see" : " may have no key it may see";
  std::string sequence = " a sequence of length " + std::to_string(sizes.length);
  if (sizes.prefix > 0)
    sequence += " with a prefix of " + std::to_string(sizes.prefix);
  row += side == KeySide::Own ? " of" + sequence + sees : sees + " in" + sequence;
  return row + (whereAbsent ? " where the data have no key present" : "");
}

std::string SeenPadding::describe() const {
  return "query q=" + std::to_string(query) + " sees k=" + std::to_string(key) +
         ", which is padding of a sequence of length " + std::to_string(sizes.length);
}

namespace {

/// The pairs of real queries with real keys; or with all keys, padding included.
MaskSet matrix(KeySide side, bool withPadding) {
  MaskSet pairs = MaskSet::where({.query = 1})                                  // 0 <= q
                      .intersect(MaskSet::where({.key = 1}))                    // 0 <= k
                      .intersect(MaskSet::where({.length = 1, .constant = -1})) // 1 <= length
                      .intersect(MaskSet::where({.keys = 1, .length = -1}))     // length <= keys
                      .intersect(MaskSet::where({.query = -1, .queries = 1, .constant = -1}))
                      .intersect(MaskSet::where({.prefix = 1})) // 0 <= prefix
                      .intersect(MaskSet::where({.length = 1, .prefix = -1}))
                      .intersect(MaskSet::where({.present = 1})) // 0 or 1
                      .intersect(MaskSet::where({.present = -1, .constant = 1}));
  pairs = pairs.intersect(withPadding ? MaskSet::where({.key = -1, .keys = 1, .constant = -1})
                                      : MaskSet::where({.key = -1, .length = 1, .constant = -1}));
  if (side == KeySide::Own)
    pairs = pairs.intersect(MaskSet::where({.queries = 1, .keys = -1, .equality = true}))
                .intersect(MaskSet::where({.query = -1, .length = 1, .constant = -1}));
  return pairs;
}

/// The rows in which some pair lies; the set has no classes.
PresburgerSet rowsOf(const MaskSet &pairs) {
  PresburgerSet rows = PresburgerSet::getEmpty(
      PresburgerSpace::getSetSpace(MaskSet::dimensions - 1, MaskSet::symbols));
  for (const MaskSet::Piece &piece : pairs.pieces())
    for (IntegerRelation part : piece.points.getAllDisjuncts()) {
      eliminateExactly(part, MaskCondition::Key);
      rows.unionInPlace(part);
    }
  return rows.coalesce();
}

using Point = std::vector<int64_t>;

/// The pairs up to a query and, in its row, up to a key.
MaskSet upTo(int64_t q, int64_t k) {
  MaskSet rowsBefore = MaskSet::where({.query = -1, .constant = q - 1});
  return rowsBefore.unite(MaskSet::where({.query = -1, .constant = q})
                              .intersect(MaskSet::where({.key = -1, .constant = k})));
}

/// The smallest point of a set in the matrix, class by class.
std::optional<Point> smallestPair(MaskSet pairs) {
  std::optional<Point> best;
  int64_t m = pairs.modulus();
  if (m > 1 && pairs.withoutClasses().isEmpty())
    return best;
  for (int64_t a = 0; a < m && !(best && a > (*best)[0]); ++a)
    for (int64_t b = 0; b < m; ++b) {
      auto point = smallestPoint(pairs.inClass(m, a, b).pieces().front().points);
      if (!point)
        continue;
      (*point)[0] = (*point)[0] * m + a;
      (*point)[1] = (*point)[1] * m + b;
      if (best && *best < *point)
        continue;
      best = point;
      if (m > 1) // what lies behind it need not be looked at; classes stay as they are
        pairs = pairs.intersect(upTo((*best)[0], (*best)[1]));
    }
  return best;
}

// Rows that are left over are kept as a union. Real masks leave one or two parts of it.
constexpr unsigned mostRemainders = 64;

/// Of the rows q = a modulo m, those without a pair: all of `rows` but those of the pairs in a
/// class. False where these come to too many parts.
bool removeRows(PresburgerSet &rows, const MaskSet &pairs, int64_t m, int64_t a) {
  // The diagonal first: as a rule a query may see its own class.
  for (int64_t i = 0; i < m && rows.getNumDisjuncts() > 0; ++i) {
    PresburgerSet some = rowsOf(pairs.inClass(m, a, residue(a - i, m)));
    if (some.getNumDisjuncts() == 0)
      continue;
    rows = rows.subtract(some).coalesce();
    if (rows.isIntegerEmpty())
      rows = PresburgerSet::getEmpty(rows.getSpace());
    if (m > 1 && rows.getNumDisjuncts() > mostRemainders)
      return false;
  }
  return true;
}

/// What is left of a dependence where a real, scored result on `side` sees what `sight` forbids.
Dependence seenTooSoon(const Dependence &onTokens, std::string_view side, const MaskSet &forbidden,
                       const MaskSet &scored) {
  Dependence seen = onTokens.where(0, 0, forbidden, side);
  MaskSet prefix =
      MaskSet::where({.prefix = 1})
          .intersect(MaskSet::where({.length = 1, .prefix = -1})); // 0 <= prefix <= length
  for (const std::string &symbol : onTokens.symbols())
    if (std::string name = symbol.substr(0, symbol.find(' ')); symbol == Dependence::prefixOf(name))
      seen = seen.where(0, 0, name == side ? prefix.intersect(scored) : prefix, name);
  return seen;
}

MaskSet laterOnes(Sight sight) {
  int64_t first = sight == Sight::BeforeItself ? 0 : 1; // from here on, k - q is too much
  MaskSet realQuery = MaskSet::where({.query = -1, .length = 1, .constant = -1});
  return MaskSet::where({.query = -1, .key = 1, .constant = -first}).intersect(realQuery);
}

MaskSet realKeys() { return MaskSet::where({.key = -1, .length = 1, .constant = -1}); }
MaskSet scoredQueries() { return MaskSet::where({.query = 1, .prefix = -1}); }

std::optional<LaterToken> firstToken(const Dependence &seen) {
  auto point = smallestPoint(seen.pairs());
  if (!point)
    return std::nullopt;
  LaterToken token{(*point)[0], (*point)[1], {}, seen.isExact()};
  for (size_t i = 0; i < seen.symbols().size(); ++i)
    token.numbers[seen.symbols()[i]] = (*point)[2 + i];
  return token;
}

bool isBefore(const LaterToken &a, const LaterToken &b) {
  return std::tie(a.query, a.key, a.numbers) < std::tie(b.query, b.key, b.numbers);
}

} // namespace

std::optional<LaterToken> findLaterToken(const Dependence &onTokens, std::string_view side,
                                         Sight sight) {
  Dependence seen = seenTooSoon(onTokens, side, laterOnes(sight), scoredQueries());
  auto real = firstToken(seen.where(0, 0, realKeys(), side));
  return real ? real : firstToken(seen);
}

std::optional<LaterToken> findLaterToken(const ClassDependence &onTokens, std::string_view side,
                                         Sight sight) {
  int64_t m = onTokens.modulus();
  for (const MaskSet &keys : {realKeys(), MaskSet::all()}) {
    std::optional<LaterToken> first;
    for (const auto &[residues, pairs] : onTokens.classes()) {
      int64_t a = residues[0], b = residues[1];
      if (first && first->query < a)
        continue; // all of the class comes after it
      auto inClass = [&](const MaskSet &set) { return set.inClass(m, a, b); };
      auto token = firstToken(seenTooSoon(pairs, side, inClass(laterOnes(sight).intersect(keys)),
                                          inClass(scoredQueries())));
      if (!token)
        continue;
      token->query = token->query * m + a;
      token->key = token->key * m + b;
      if (!first || isBefore(*token, *first))
        first = token;
    }
    if (first)
      return first;
  }
  return std::nullopt;
}

std::optional<LaterToken> findLaterToken(const MaskSet &allowed, std::string_view side,
                                         Sight sight) {
  // A matrix that has room for any key, of which only the first `length` are real.
  MaskSet seen = matrix(KeySide::Other, /*withPadding=*/true)
                     .intersect(MaskSet::where({.queries = 1, .length = -1, .equality = true}))
                     .intersect(laterOnes(sight))
                     .intersect(scoredQueries())
                     .intersect(allowed);
  for (const MaskSet &keys : {realKeys(), MaskSet::all()})
    if (auto point = smallestPair(seen.intersect(keys))) {
      LaterToken token{(*point)[0], (*point)[1], {{std::string(side), (*point)[4]}}, true};
      if (allowed.dependsOn(MaskCondition::Prefix))
        token.numbers[Dependence::prefixOf(side)] = (*point)[5];
      return token;
    }
  return std::nullopt;
}

bool hidesLater(const MaskSet &allowed) {
  return matrix(KeySide::Other, /*withPadding=*/true)
      .intersect(MaskSet::where({.query = -1, .key = 1, .constant = -1}))
      .intersect(allowed)
      .isEmpty();
}

std::optional<EmptyRow> findEmptyRow(const MaskSet &allowed, KeySide side, bool emptyIsZero) {
  if (emptyIsZero)
    return std::nullopt;
  MaskSet within = matrix(side, /*withPadding=*/true);
  MaskSet pairs = within.intersect(allowed.inEveryCase());
  std::optional<Point> first;
  bool exact = true;
  int64_t m = pairs.modulus();
  for (int64_t a = 0; a < m && !(first && a > (*first)[0]); ++a) {
    MaskSet earlier = first ? within.intersect(upTo((*first)[0], 0)) : within;
    PresburgerSet rows = rowsOf(earlier.inClass(m, a, 0));
    bool isExact = removeRows(rows, pairs, m, a);
    auto point = smallestPoint(rows);
    if (!point)
      continue;
    (*point)[0] = (*point)[0] * m + a;
    if (!first || *point < *first) {
      first = point;
      exact = isExact;
    }
  }
  if (!first)
    return std::nullopt;
  EmptyRow row{
      (*first)[0], {(*first)[1], (*first)[2], (*first)[3], (*first)[4]}, side, false, exact};
  MaskSet here = within.intersect(allowed.whereKeysAre(true));
  for (auto [column, value] : {std::pair(MaskCondition::Query, row.query),
                               {MaskCondition::Queries, row.sizes.queries},
                               {MaskCondition::Keys, row.sizes.keys},
                               {MaskCondition::Length, row.sizes.length},
                               {MaskCondition::Prefix, row.sizes.prefix}}) {
    MaskCondition::Row condition{};
    condition[column] = 1;
    condition[MaskCondition::Constant] = -value;
    here = here.intersect(MaskSet::where(MaskCondition::of(condition, /*equality=*/true)));
  }
  row.whereAbsent = allowed.dependsOn(MaskCondition::Present) && !here.isEmpty();
  return row;
}

std::optional<SeenPadding> findSeenPadding(const MaskSet &allowed, KeySide side) {
  MaskSet padding = MaskSet::where({.key = 1, .length = -1});
  auto point =
      smallestPair(matrix(side, /*withPadding=*/true).intersect(padding).intersect(allowed));
  if (!point)
    return std::nullopt;
  return SeenPadding{
      (*point)[0], (*point)[1], {(*point)[2], (*point)[3], (*point)[4], (*point)[5]}};
}

bool hidesNothing(const MaskSet &allowed, KeySide side) {
  return matrix(side, /*withPadding=*/true).intersect(allowed.complement()).isEmpty();
}

bool hidesEverything(const MaskSet &allowed, KeySide side) {
  return matrix(side, /*withPadding=*/false).intersect(allowed).isEmpty();
}

} // namespace loup
