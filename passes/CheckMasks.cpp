#include "passes/MaskAdvice.h"
#include "passes/Passes.h"
#include "passes/TokenDependence.h"

#include "ir/masks/MaskExpression.h"
#include "ir/masks/MaskProof.h"
#include "ir/masks/MaskTokens.h"

#include "mlir/IR/Remarks.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringSet.h"

#include <numeric>

using namespace mlir;

namespace loup {
#define GEN_PASS_DEF_CHECKMASKS
#include "passes/Passes.h.inc"

namespace {

/// The attention a mask belongs to, for messages: "decoder.layers.0.self_attn: ".
std::string attentionOf(MaskOp mask) {
  auto name = dyn_cast<NameLoc>(mask.getLoc());
  if (!name)
    return "";
  StringRef attention = name.getName();
  attention.consume_back(".mask");
  return (attention + ": ").str();
}

/// The side whose tokens a loss scores.
std::string scoredSide(CrossEntropyOp loss) {
  return sideOf(sequenceAxes(loss.getLabels()).front()).str();
}

/// Whether it says more than that padding, or other documents, are hidden.
bool saysMore(const PlacedMask &mask) {
  return llvm::any_of(tokenizeMask(mask.words), [](const MaskToken &token) {
    return token.kind == MaskToken::Kind::Number ||
           (token.kind == MaskToken::Kind::Word && token.text != "padding" &&
            token.text != "document");
  });
}

struct Mask : PlacedMask {
  MaskOp op;
};

struct CheckMasks : impl::CheckMasksBase<CheckMasks> {
  void runOnOperation() override {
    auto length = getOperation()->getAttrOfType<IntegerAttr>("loup.length");
    longest = length ? std::optional(length.getInt()) : std::nullopt;
    getOperation().walk([&](func::FuncOp function) {
      std::vector<Mask> masks = distinctMasks(function);
      for (const Mask &mask : masks)
        checkRows(mask);
      function.walk([&](CrossEntropyOp loss) { checkSight(loss, masks); });
    });
  }

  /// The layers of one table share a mask: it is judged once, in the first of them.
  std::vector<Mask> distinctMasks(func::FuncOp function) {
    llvm::StringSet<> scored;
    function.walk([&](CrossEntropyOp loss) { scored.insert(scoredSide(loss)); });
    llvm::DenseSet<std::tuple<Attribute, Attribute, Type>> seen;
    std::vector<Mask> masks;
    function.walk([&](MaskOp op) {
      LocationAttr place = op.getLoc();
      if (auto name = dyn_cast<NameLoc>(place))
        place = name.getChildLoc();
      if (!seen.insert({place, op.getMaskAttr(), op.getType()}).second)
        return;
      std::string queries = sideOf(axesOf(op.getQueries()).back()).str();
      std::string keys = sideOf(axesOf(op.getKeys()).back()).str();
      MaskExpression words = MaskExpression::parse(op.getMask().getWords().str());
      masks.push_back({{.words = words.words(),
                        .allowed = op.getMask().allowed(),
                        .querySide = queries,
                        .keySide = keys,
                        .isScored = queries == keys && scored.contains(queries),
                        // Which keys are present no proof can know.
                        .emptyIsZero = op.getEmptyIsZero() || words.says("present"),
                        .longest = longest},
                       op});
    });
    return masks;
  }

  void checkRows(const Mask &mask) {
    if (hidesEverything(mask.allowed, mask.keys(), longest))
      return reportHidden(mask);
    if (auto row = mask.emptyRow())
      return fail(
          error(mask) << row->describe()
                      << beyondTheModel(std::max(row->sizes.queries, row->sizes.keys), longest)
                      << letEachSeeOne(mask));
    tell(mask.emptyIsZero ? "a query without a key gives zeros" : "every query has a key", mask);
    warnOfIdleWords(mask);
    if (mask.keys() == KeySide::Other && MaskExpression::parse(mask.words).says("causal") &&
        hidesLater(mask.allowed))
      warning(mask) << "'causal' on cross-attention means that " << mask.querySide
                    << " position q sees " << mask.keySide
                    << " positions up to q only, though the two sequences do not run in step; "
                       "write \"padding\", or \"k <= q\" for 'causal' if this is meant";
  }

  void reportHidden(const Mask &mask) {
    std::string what = "the mask hides every key from every query" +
                       upToLongest(hidesEverything(mask.allowed, mask.keys()));
    if (mask.emptyIsZero)
      warning(mask) << what << ", which leaves zeros";
    else
      fail(error(mask) << what << letEachSeeOne(mask));
  }

  /// What is right where queries have no key.
  static std::string letEachSeeOne(const Mask &mask) {
    std::string better = acceptedInstead(mask), advice = "; let each see one";
    if (!better.empty())
      advice += ", as in \"" + better + '"';
    if (!mask.laterToken())
      advice += ", or say empty = \"zero\"";
    return advice;
  }

  /// Of a mask that hides nothing, or a word of it that says nothing.
  void warnOfIdleWords(const Mask &mask) {
    MaskSet said = MaskExpression::parse(mask.words).allowed();
    MaskOp op = mask.op;
    if (!mask.isScored && !op.getMask().isWithinDocuments() &&
        hidesNothing(said, mask.keys(), longest)) {
      warning(mask) << "the mask can never hide anything"
                    << upToLongest(hidesNothing(said, mask.keys()))
                    << "; padding is hidden always, and \"padding\" says that nothing else is";
    } else if (std::string word = wordAlwaysTrue(mask); !word.empty()) {
      warning(mask) << "'" << word << "' is always true, as the model's length is " << *longest
                    << "; only a number below that makes a difference";
    } else if (MaskSet open = mask.allowed.unite(MaskSet::realKeys().complement());
               !mask.isScored && saysMore(mask) && hidesNothing(open, mask.keys(), longest)) {
      bool isWithin = op.getMask().isWithinDocuments();
      warning(mask) << "the mask can hide nothing but "
                    << (isWithin ? "other documents" : "padding")
                    << upToLongest(hidesNothing(open, mask.keys()))
                    << (isWithin ? "; \"document\" says the same"
                                 : "; that is hidden always, and \"padding\" says the same")
                    << (StringRef(mask.words).contains('|')
                            ? " ('|' allows what either side does, '&' only what both do)"
                            : "");
    }
  }

  /// Behind what holds in this model, if it does not for all lengths.
  std::string upToLongest(bool forAllLengths) const {
    return forAllLengths ? ""
                         : " in sequences up to the model's length, " + std::to_string(*longest);
  }

  /// What predicts a token must depend on earlier tokens only, through the whole model.
  void checkSight(CrossEntropyOp loss, ArrayRef<Mask> masks) {
    std::optional<Dependence> seen = dependenceOn(loss.getLogits(), loss.getLabels());
    if (!seen)
      return;
    std::string side = scoredSide(loss);
    auto token = findLaterToken(*seen, side, Sight::BeforeItself);
    if (token && !token->exact)
      token = lookAgainByClasses(loss, side, masks, *token);
    if (!token) {
      remark::passed(loss.getLoc(), proved("no prediction sees a later token"))
          << remark::metric("side", side);
      return;
    }
    bool isBlamed = false;
    for (const Mask &mask : masks)
      if (mask.querySide == side)
        if (auto later = mask.laterToken()) {
          fail(error(mask) << later->describe() << beyondTheModel(later->key + 1, longest)
                           << "; write \"" << acceptedInstead(mask) << '"');
          isBlamed = true;
        }
    if (isBlamed)
      return;
    auto report = emitError(loss.getLoc()) << "what predicts the token at " << token->describe()
                                           << beyondTheModel(token->key + 1, longest);
    if (token->exact && token->key == token->query)
      report << "; shift the " << side << " to the right before it is read";
    signalPassFailure();
  }

  /// Where residue classes were dropped, keeps them if that is cheap. Returns the token again if
  /// nothing better is known.
  std::optional<LaterToken> lookAgainByClasses(CrossEntropyOp loss, StringRef side,
                                               ArrayRef<Mask> masks, const LaterToken &token) {
    constexpr int64_t largestModulus = 8;
    constexpr size_t mostSteps = 30'000; // half a second
    int64_t modulus = 1;
    for (const Mask &mask : masks)
      modulus = std::lcm(modulus, mask.allowed.modulus());
    if (modulus == 1 || modulus > largestModulus)
      return token;
    auto seen = dependenceOn(loss.getLogits(), loss.getLabels(), modulus, mostSteps);
    return seen ? findLaterToken(*seen, side, Sight::BeforeItself) : token;
  }

  static remark::RemarkOpts proved(StringRef what) {
    return remark::RemarkOpts::name(what).category("check-masks");
  }

  static void tell(StringRef what, const Mask &mask) {
    MaskOp op = mask.op;
    remark::passed(op.getLoc(), proved(what))
        << remark::metric("mask", mask.words) << remark::metric("queries", mask.querySide)
        << remark::metric("keys", mask.keySide);
  }

  static InFlightDiagnostic error(const Mask &mask) {
    MaskOp op = mask.op;
    return emitError(op.getLoc()) << attentionOf(op);
  }

  static InFlightDiagnostic warning(const Mask &mask) {
    MaskOp op = mask.op;
    return emitWarning(op.getLoc()) << attentionOf(op);
  }

  void fail(const InFlightDiagnostic &) { signalPassFailure(); }

  std::optional<int64_t> longest; // the model's length
};

} // namespace
} // namespace loup
