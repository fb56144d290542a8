#include "ir/masks/MaskProof.h"

#include "ir/masks/Matrix.h"
#include "ir/masks/SmallestPoint.h"

#include <tuple>

namespace loup {

std::string LaterToken::describe() const {
  return "position q=" + std::to_string(query) + (exact ? " sees k=" : " may see k=") +
         std::to_string(key) + (key == query ? ", its own place" : ", which comes later");
}

namespace {

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
  auto real = firstToken(seen.where(0, 0, MaskSet::realKeys(), side));
  return real ? real : firstToken(seen);
}

std::optional<LaterToken> findLaterToken(const ClassDependence &onTokens, std::string_view side,
                                         Sight sight) {
  int64_t m = onTokens.modulus();
  for (const MaskSet &keys : {MaskSet::realKeys(), MaskSet::all()}) {
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
  for (const MaskSet &keys : {MaskSet::realKeys(), MaskSet::all()})
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

/// The pairs of at most so many queries and keys.
static MaskSet matrixUpTo(std::optional<int64_t> longest, KeySide side, bool withPadding) {
  MaskSet pairs = matrix(side, withPadding);
  if (longest)
    pairs = pairs.intersect(MaskSet::where({.queries = -1, .constant = *longest}))
                .intersect(MaskSet::where({.keys = -1, .constant = *longest}));
  return pairs;
}

bool hidesNothing(const MaskSet &allowed, KeySide side, std::optional<int64_t> longest) {
  return matrixUpTo(longest, side, /*withPadding=*/true).intersect(allowed.complement()).isEmpty();
}

bool hidesEverything(const MaskSet &allowed, KeySide side, std::optional<int64_t> longest) {
  return matrixUpTo(longest, side, /*withPadding=*/false).intersect(allowed).isEmpty();
}

} // namespace loup
