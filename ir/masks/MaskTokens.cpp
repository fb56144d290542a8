#include "ir/masks/MaskTokens.h"

#include "ir/masks/MaskExpression.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <array>
#include <utility>

namespace loup {
namespace {

using Kind = MaskToken::Kind;

// Two characters before one, so that `<=` is not read as `<` and `=`.
constexpr std::array<std::string_view, 15> signs = {"<=", ">=", "==", "!=", "<", ">", "&", "|",
                                                    "!",  "(",  ")",  "+",  "-", "*", "%"};

// Signs and words other languages have for the same thing.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> foreignWords = {{
    {"and", "&"},
    {"or", "|"},
    {"not", "!"},
}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> foreignSigns = {{
    {"&&", "&"},
    {"||", "|"},
    {"=<", "<="},
    {"=>", ">="},
    {"<>", "!="},
    {"=", "=="},
    {"~", "!"},
    {"\u2264", "<="},
    {"\u2265", ">="},
    {"\u2260", "!="},
    {"\u2227", "&"},
    {"\u2228", "|"},
    {"\u00AC", "!"},
    {"\u2212", "-"},
}};

bool isWordStart(char c) { return llvm::isAlpha(c) || c == '_'; }
bool isWordPart(char c) { return llvm::isAlnum(c) || c == '_'; }

template <typename Predicate> size_t runLength(std::string_view text, Predicate predicate) {
  return std::find_if_not(text.begin(), text.end(), predicate) - text.begin();
}

/// A whole UTF-8 character, so that an error marks all of its bytes.
std::string_view firstCharacter(std::string_view text) {
  return text.substr(0, 1 + runLength(text.substr(1), [](char c) { return (c & 0xC0) == 0x80; }));
}

/// The character, or `U+00A0` for one that may be invisible or taken for another.
std::string show(std::string_view character) {
  if (llvm::isPrint(character.front()))
    return std::string(character);
  auto *next = reinterpret_cast<const llvm::UTF8 *>(character.data());
  llvm::UTF32 code = 0xFFFD;
  llvm::convertUTF8Sequence(&next, next + character.size(), &code, llvm::strictConversion);
  return llvm::formatv("U+{0:X-4}", code).str();
}

MaskToken readNumber(std::string_view rest, size_t offset) {
  size_t length = runLength(rest, [](char c) { return llvm::isDigit(c); });
  std::string_view digits = rest.substr(0, length);
  int64_t number = 0;
  for (char digit : digits) {
    number = number * 10 + (digit - '0');
    if (number > largestMaskNumber)
      throw MaskError(offset, length,
                      "the number " + std::string(digits) +
                          " is too large; a mask's numbers go to " +
                          std::to_string(largestMaskNumber));
  }
  return {Kind::Number, digits, offset, number};
}

MaskToken readWord(std::string_view rest, size_t offset) {
  std::string_view word = rest.substr(0, runLength(rest, isWordPart));
  for (auto [foreign, ours] : foreignWords)
    if (llvm::StringRef(word).equals_insensitive(foreign))
      throw MaskError(offset, word.size(), "'" + std::string(word) + "' is no word of masks",
                      std::string(ours));
  return {Kind::Word, word, offset};
}

MaskToken readSign(std::string_view rest, size_t offset) {
  for (auto [foreign, ours] : foreignSigns)
    if (rest.starts_with(foreign) && !rest.starts_with("=="))
      throw MaskError(offset, foreign.size(), "'" + std::string(foreign) + "' is no sign of masks",
                      std::string(ours));
  if (rest.starts_with("**"))
    throw MaskError(offset, 2,
                    "'**' is no sign of masks; a position may be multiplied by a constant, as in "
                    "2 * q, and by nothing else");
  if (rest.starts_with(","))
    return {Kind::Sign, rest.substr(0, 1), offset};
  for (std::string_view sign : signs)
    if (rest.starts_with(sign))
      return {Kind::Sign, rest.substr(0, sign.size()), offset};
  std::string_view character = firstCharacter(rest);
  throw MaskError(offset, character.size(),
                  "'" + show(character) + "' is no sign of masks; they are " +
                      llvm::join(signs, " "));
}

/// Whether a sign at this place begins a term (`-q`), instead of joining two (`k - q`).
bool isPrefix(const MaskToken &token, const MaskToken *before) {
  if (token.text == "!")
    return true;
  return token.text == "-" && (!before || (before->kind == Kind::Sign && before->text != ")"));
}

} // namespace

std::vector<MaskToken> tokenizeMask(std::string_view text) {
  std::vector<MaskToken> tokens;
  size_t offset = 0;
  while (true) {
    offset += runLength(text.substr(offset), [](char c) { return llvm::isSpace(c); });
    std::string_view rest = text.substr(offset);
    if (rest.empty())
      break;
    if (isWordStart(rest.front()))
      tokens.push_back(readWord(rest, offset));
    else if (llvm::isDigit(rest.front()))
      tokens.push_back(readNumber(rest, offset));
    else
      tokens.push_back(readSign(rest, offset));
    offset = tokens.back().end();
  }
  tokens.push_back({Kind::End, text.substr(text.size()), text.size()});
  return tokens;
}

std::string joinMaskTokens(const std::vector<MaskToken> &tokens) {
  std::string text;
  const MaskToken *before = nullptr;
  bool tight = true; // nothing stands between this token and the one before
  for (const MaskToken &token : tokens) {
    if (token.kind == Kind::End)
      break;
    bool isCall = token.text == "(" && before && before->kind == Kind::Word;
    if (!tight && !isCall && token.text != ")")
      text += ' ';
    text += token.text;
    tight = token.text == "(" || isPrefix(token, before);
    before = &token;
  }
  return text;
}

std::string nearestMaskWord(std::string_view word) {
  std::string lower = llvm::StringRef(word.data(), word.size()).lower();
  std::string nearest;
  unsigned allowed = std::max<size_t>(1, lower.size() / 3);
  for (const char *candidate :
       {"causal", "padding", "window", "sink", "prefix", "present", "document", "q", "k"}) {
    llvm::StringRef name = candidate;
    if (lower == name || (lower.size() >= 3 && name.starts_with(lower)))
      return candidate;
    unsigned distance = name.edit_distance(lower);
    if (name.size() > 1 && distance <= allowed) {
      nearest = candidate;
      allowed = distance - 1;
    }
  }
  return nearest;
}

} // namespace loup
