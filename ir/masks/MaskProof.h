// What is shown of a model's masks before anything is computed, for all lengths at once. A proof
// that fails gives the smallest integers that refute it.
#pragma once

#include "ir/masks/ClassDependence.h"
#include "ir/masks/MaskSet.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace loup {

/// Whose keys an attention's queries look at. In self-attention queries and keys are the same
/// tokens, so that only the first `length` queries are real.
enum class KeySide { Own, Other };

/// What a result may see: tokens up to its own position, or only those before it.
enum class Sight { UpToItself, BeforeItself };

/// A token that a result depends on and must not.
struct LaterToken {
  int64_t query;
  int64_t key;
  std::map<std::string, int64_t> numbers; // the dependence's symbols
  bool exact;                             // false: the dependence was widened, so this may be none

  /// `position q=0 sees k=1, which comes later`.
  std::string describe() const;
};

/// A real query without a key it may see, if the data have the wrong keys present.
struct EmptyRow {
  int64_t query;
  MaskSizes sizes;
  KeySide side;
  bool asksPrefix;  // the mask depends on the prefix
  bool whereAbsent; // it sees one where all keys are present
  bool exact;       // false: the proof was given up as too long, so there may be no such row

  /// `query q=0 of a sequence of length 1 has no key it may see`.
  std::string describe() const;
};

/// Shows that no real result on `side` depends on a token after it (nor on the token at its own
/// place, where `sight` asks for that); `onTokens` leads from results to tokens, one position each,
/// both on `side`. Results within the prefix are never scored and may see anything. Otherwise
/// returns the first counterexample by q, then k, then numbers, a real token if there is one and
/// padding otherwise.
std::optional<LaterToken> findLaterToken(const Dependence &onTokens, std::string_view side,
                                         Sight sight);
std::optional<LaterToken> findLaterToken(const ClassDependence &onTokens, std::string_view side,
                                         Sight sight);

/// The same of one attention alone, to which `allowed` belongs.
std::optional<LaterToken> findLaterToken(const MaskSet &allowed, std::string_view side,
                                         Sight sight);

/// Whether no query sees a key whose position is greater than its own.
bool hidesLater(const MaskSet &allowed);

/// Shows that every real query may see some key, of a sequence of at least one, whichever keys are
/// present; nothing is to be shown where empty rows are defined to give zeros. Otherwise returns
/// the first counterexample by q, then queries, keys, length and prefix.
std::optional<EmptyRow> findEmptyRow(const MaskSet &allowed, KeySide side,
                                     bool emptyIsZero = false);

/// Whether every query sees every key, padding and absent ones included, whatever the sizes; or, if
/// `longest` is given, where there are so many queries and keys at most.
bool hidesNothing(const MaskSet &allowed, KeySide side, std::optional<int64_t> longest = {});

/// Whether no real query sees any real key, of the same sizes.
bool hidesEverything(const MaskSet &allowed, KeySide side, std::optional<int64_t> longest = {});

} // namespace loup
