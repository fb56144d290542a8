// What masks ask of the data, and what the data say.
#include "frontend/CheckRules.h"
#include "frontend/TokenId.h"
#include "ir/masks/MaskExpression.h"
#include "runtime/Errors.h"

#include <fmt/format.h>

namespace loup {
namespace {

struct Side {
  std::string_view name;
  const TokenizerSpec &data;
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
                    "which one is not: {0} = {{ absent = \"<gap>\" }}",
                    keys.name));
}

void checkPrefix(SourceRange mask, Side &keys, Diagnostics &diagnostics) {
  if (keys.name == "target")
    diagnostics.error(mask, fmt::format("'prefix' is for the source: {}", neverScored));
  else if (!keys.data.prefixEnd.given())
    diagnostics.error(mask,
                      "the mask 'prefix' asks how much of each source is given; say in [data] "
                      "which token ends it: source = { prefix_end = \"<sep>\" "
                      "}");
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
              "them: source = { document_end = \"<doc>\" }");
}

void checkMask(const AttentionSpec &attention, Side &keys, bool isEncoder,
               Diagnostics &diagnostics) {
  if (!sure(attention.mask)) {
    keys.isKnown = false;
    return;
  }
  MaskExpression mask = MaskExpression::parse(*attention.mask);
  SourceRange place = attention.mask.range;
  bool asksPrefix = mask.allowed().dependsOn(MaskCondition::Prefix);
  if (mask.allowed().dependsOn(MaskCondition::Present))
    checkPresent(place, keys, diagnostics);
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
  Side source{"source", data.source}, target{"target", data.target};
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
                               "token says what is absent: absent = \"<gap>\"");
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
