#include "passes/MaskAdvice.h"

#include "ir/masks/MaskExpression.h"
#include "ir/masks/MaskTokens.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

using llvm::StringRef;

namespace loup {
namespace {

MaskSet causal() { return MaskSet::where({.query = 1, .key = -1}); }

/// The words as a side of `&`.
std::string inBrackets(const std::string &words) {
  return words.find('|') == words.npos ? words : "(" + words + ")";
}

/// The words without `document`, which stands beside `&` only, and without its brackets.
std::string withoutDocument(const std::string &words) {
  std::vector<MaskToken> tokens = tokenizeMask(words);
  auto isAt = [&](auto token, StringRef text) { return StringRef(token->text) == text; };
  while (true) {
    auto begin = llvm::find_if(tokens, [](const MaskToken &t) { return t.text == "document"; });
    if (begin == tokens.end())
      return joinMaskTokens(tokens);
    auto end = begin + 1;
    while (begin != tokens.begin() && isAt(begin - 1, "(") && isAt(end, ")"))
      --begin, ++end;
    if (isAt(end, "&"))
      ++end;
    else if (begin != tokens.begin() && isAt(begin - 1, "&"))
      --begin;
    tokens.erase(begin, end);
  }
}

/// `WORDS | KEY`, and `document & (WORDS | KEY)` of `document & WORDS`.
std::string letSee(const std::string &words, const std::string &key) {
  if (!MaskExpression::parse(words).perDocument())
    return words + " | " + key;
  return "document & (" + withoutDocument(words) + " | " + key + ")";
}

/// What a mask may allow at most in this place.
MaskSet open(const PlacedMask &mask) { return mask.isScored ? causal() : MaskSet::realKeys(); }

/// Whether the mask allows all of that in so short a model.
bool isIdle(const PlacedMask &mask) {
  return hidesNothing(mask.allowed.unite(open(mask).complement()), mask.keys(), mask.longest);
}

/// Whether `words` would be accepted in the mask's place, and hide anything.
bool isOfUse(const std::string &words, PlacedMask mask) {
  try {
    mask.words = words;
    mask.allowed = MaskExpression::parse(words).allowed().intersect(MaskSet::realKeys());
    return !isIdle(mask) && !mask.emptyRow() && !mask.laterToken();
  } catch (const MaskError &) { // they are too long now, or hold 'document' where it cannot stand
    return false;
  }
}

} // namespace

std::optional<EmptyRow> PlacedMask::emptyRow() const {
  return findEmptyRow(allowed, keys(), emptyIsZero);
}

std::optional<LaterToken> PlacedMask::laterToken() const {
  return isScored ? findLaterToken(allowed, querySide, Sight::UpToItself) : std::nullopt;
}

std::string acceptedInstead(const PlacedMask &mask) {
  if (!hidesEverything(mask.allowed.intersect(open(mask)), mask.keys(), mask.longest)) {
    std::string wider = letSee(mask.words, mask.keys() == KeySide::Own ? "k == q" : "sink(1)");
    if (isOfUse(wider, mask))
      return wider;
    if (mask.isScored)
      for (const std::string &words : {mask.words, wider}) {
        std::string earlier = "causal & " + inBrackets(words);
        if (isOfUse(earlier, mask))
          return earlier;
      }
  }
  if (mask.isScored)
    return "causal";
  return isIdle(mask) && !MaskExpression::parse(mask.words).perDocument() ? "padding" : "";
}

std::string wordAlwaysTrue(const PlacedMask &mask) {
  std::vector<MaskToken> tokens = tokenizeMask(mask.words);
  for (size_t i = 0; mask.longest && i + 1 < tokens.size(); ++i) {
    if (tokens[i].kind != MaskToken::Kind::Word || tokens[i + 1].text != "(")
      continue;
    std::string call =
        joinMaskTokens({tokens.begin() + i, tokens.begin() + i + 4}); // its word, ( , number, )
    if (hidesNothing(MaskExpression::parse(call).allowed(), mask.keys(), mask.longest))
      return call;
  }
  return "";
}

std::string beyondTheModel(int64_t positions, std::optional<int64_t> longest) {
  if (!longest || positions <= *longest)
    return "";
  return " (the model's length is " + std::to_string(*longest) + ")";
}

} // namespace loup
