// What masks ask of the data, and what the data say.
#include "frontend/CheckRules.h"
#include "frontend/TokenId.h"
#include "ir/masks/MaskExpression.h"
#include "runtime/Errors.h"

#include <algorithm>
#include <fmt/format.h>

namespace loup {
namespace {

struct Side {
  std::string_view name;
  const TokenizerSpec &data;
  const IdsSpec &ids;
  bool asksPresent = false, asksPrefix = false, asksDocument = false;
  bool isKnown = true; // whether all masks on it could be read
};

/// Tokens must be known by their ids before anything is trained.
void checkTokens(const TokenizerSpec &data, const IdsSpec &ids, Diagnostics &diagnostics) {
  if (!sure(data.kind, data.vocabulary, data.symbols, data.model))
    return;
  for (const auto *token : {&data.absent, &data.prefixEnd, &data.documentEnd})
    if (token->value && sure(*token))
      try {
        idOfToken(data, ids, *token->value);
      } catch (const UserError &error) {
        diagnostics.error(token->range, error.what());
      }
}

/// A key that names a token, and what it may be where tokens are words, or bytes.
struct MarkKey {
  std::string_view key, word, byte;
};
constexpr MarkKey absentKey{"absent", "<gap>", "_"}, prefixEndKey{"prefix_end", "<sep>", ">"},
    documentEndKey{"document_end", "<doc>", "|"};

/// The first id without a meaning of its own.
int64_t freeId(const IdsSpec &ids) {
  int64_t id = 0;
  while (id == *ids.end || id == *ids.unknown || id == *ids.begin || id == *ids.padding)
    ++id;
  return id;
}

/// How a side names such a token, in keys that its tokenizer takes.
std::string howToName(const MarkKey &mark, const Side &side) {
  const TokenizerSpec &data = side.data;
  if (data.kind == TokenizerKind::Ids)
    return fmt::format("{} = {} in {}", mark.key, freeId(side.ids), side.name);
  if (data.kind == TokenizerKind::Bytes)
    return fmt::format("{} = \"{}\" in {}", mark.key, mark.byte, side.name);
  if (data.model.value)
    return fmt::format("a token of its model as '{}' in {}", mark.key, side.name);
  std::string named = fmt::format("{} = \"{}\" in {}", mark.key, mark.word, side.name);
  const std::vector<std::string> &symbols = *data.symbols;
  if (std::find(symbols.begin(), symbols.end(), mark.word) != symbols.end())
    return named;
  std::string_view owner = data.share.value ? "source" : side.name;
  if (data.kind == TokenizerKind::Characters)
    named += fmt::format(", with tokenizer = \"words\" and symbols = [\"{}\"]", mark.word);
  else if (symbols.empty())
    named += fmt::format(", with symbols = [\"{}\"]", mark.word);
  else
    named += ", made one of the symbols";
  return fmt::format("{} in {}", named, owner);
}

constexpr std::string_view neverScored =
    "what a target gives is never scored, and belongs to models that generate, which are not "
    "supported yet";

constexpr std::string_view oneDocument =
    "several documents of a target belong to models that generate, which are not supported yet";

void checkPresent(SourceRange mask, Side &keys, Diagnostics &diagnostics) {
  keys.asksPresent = true;
  if (!keys.data.absent.given() && !keys.data.present.given())
    diagnostics.error(
        mask,
        fmt::format("the mask 'present' asks which tokens of the {0} are there; say in [data] "
                    "which one is not: {1}",
                    keys.name, howToName(absentKey, keys)));
}

void checkPrefix(SourceRange mask, Side &keys, Diagnostics &diagnostics) {
  if (keys.name == "target")
    diagnostics.error(mask, fmt::format("'prefix' is for the source: {}", neverScored));
  else if (!keys.data.prefixEnd.given())
    diagnostics.error(mask,
                      "the mask 'prefix' asks how much of each source is given; say in [data] "
                      "which token ends it: " +
                          howToName(prefixEndKey, keys));
}

void checkDocument(SourceRange mask, Side &keys, bool isEncoder, bool asksPrefix,
                   Diagnostics &diagnostics) {
  keys.asksDocument = true;
  if (!isEncoder)
    diagnostics.error(mask, fmt::format("'document' is for the encoder's self-attention: {}",
                                        keys.name == "source"
                                            ? "nothing says in which of a source's documents a "
                                              "target position is"
                                            : oneDocument));
  else if (asksPrefix)
    diagnostics.error(mask, "'prefix' counts from the start of a source, and 'document' from that "
                            "of each document in it: keep one of them");
  else if (!keys.data.documentEnd.given())
    diagnostics.error(
        mask, "the mask 'document' asks where documents end; say in [data] which token ends "
              "them: " +
                  howToName(documentEndKey, keys));
}

void checkMask(const AttentionSpec &attention, Side &keys, bool isEncoder,
               Diagnostics &diagnostics) {
  if (!sure(attention.mask)) {
    keys.isKnown = false;
    return;
  }
  MaskExpression mask = MaskExpression::parse(*attention.mask);
  SourceRange place = attention.mask.range;
  bool asksPrefix = mask.says("prefix");
  if (mask.says("present")) {
    checkPresent(place, keys, diagnostics);
    if (attention.empty.given() && attention.empty == EmptyRows::Error)
      diagnostics
          .warning(attention.empty.range,
                   "no proof can know which keys are present, so a query without one gets zeros in "
                   "any case, as empty = \"zero\" says")
          .note(place, "this mask says 'present'");
  }
  keys.asksPrefix |= asksPrefix;
  if (asksPrefix && !mask.perDocument())
    checkPrefix(place, keys, diagnostics);
  if (mask.perDocument())
    checkDocument(place, keys, isEncoder, asksPrefix, diagnostics);
}

/// What nobody asks for is a misunderstanding.
void checkUse(const Side &side, Diagnostics &diagnostics) {
  if (!side.isKnown)
    return;
  auto warn = [&](const auto &value, std::string_view word, bool isAsked) {
    if (value.given() && !isAsked)
      diagnostics.warning(value.range, fmt::format("no mask on the {} says '{}', so nothing comes "
                                                   "of this",
                                                   side.name, word));
  };
  warn(side.data.absent, "present", side.asksPresent);
  warn(side.data.present, "present", side.asksPresent);
  warn(side.data.prefixEnd, "prefix", side.asksPrefix);
  warn(side.data.documentEnd, "document", side.asksDocument);
}

} // namespace

void checkMarks(const Spec &spec, Diagnostics &diagnostics) {
  const DataSpec &data = spec.data;
  Side source{"source", data.source, data.ids}, target{"target", data.target, data.ids};
  checkTokens(data.source, data.ids, diagnostics);
  checkTokens(data.target, data.ids, diagnostics);
  if (data.source->absent.given())
    refuseIfGiven(diagnostics, data.source->present,
                  "'absent' and 'present' both say which tokens are there; keep one of them",
                  data.source->absent, "'absent' is given here");
  auto refuse = [&](const auto &value, std::string message) {
    if (value.given())
      diagnostics.error(value.range, std::move(message));
  };
  refuse(data.target->present, "a translation has no such column while it is made; on the target a "
                               "token says what is absent: " +
                                   howToName(absentKey, target));
  refuse(data.target->prefixEnd, std::string(neverScored));
  refuse(data.target->documentEnd, std::string(oneDocument));
  for (const auto &layer : *spec.encoder)
    if (const auto &attention = *layer->selfAttention)
      checkMask(*attention, source, /*isEncoder=*/true, diagnostics);
  for (const auto &layer : *spec.decoder) {
    if (const auto &attention = *layer->selfAttention)
      checkMask(*attention, target, /*isEncoder=*/false, diagnostics);
    if (const auto &attention = *layer->crossAttention)
      checkMask(*attention, source, /*isEncoder=*/false, diagnostics);
  }
  checkUse(source, diagnostics);
  checkUse(target, diagnostics);
}

} // namespace loup
