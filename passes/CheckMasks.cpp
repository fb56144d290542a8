#include "passes/Passes.h"
#include "passes/TokenDependence.h"

#include "ir/masks/MaskExpression.h"
#include "ir/masks/MaskProof.h"
#include "ir/masks/MaskTokens.h"

#include "mlir/IR/Remarks.h"

#include "llvm/ADT/DenseSet.h"

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

bool saysCausal(MaskOp mask) {
  return llvm::any_of(tokenizeMask(mask.getMask().getWords()),
                      [](const MaskToken &token) { return token.text == "causal"; });
}

/// The mask's words as a side of `&`.
/// `; ADVICE "WORDS"`, if these are a mask that no later proof refuses.
std::string advice(const std::string &how, const std::string &words, KeySide keys) {
  try {
    MaskSet allowed = MaskExpression::parse(words).allowed().intersect(MaskSet::realKeys());
    return findEmptyRow(allowed, keys) ? "" : how + '"' + words + '"';
  } catch (const MaskError &) {
    return "";
  }
}

std::string inBrackets(MaskOp mask) {
  std::string words = mask.getMask().getWords().str();
  return words.find('|') == words.npos ? words : "(" + words + ")";
}

struct Mask {
  MaskOp op;
  MaskSet allowed;
  StringRef querySide, keySide;

  KeySide keys() const { return querySide == keySide ? KeySide::Own : KeySide::Other; }
};

struct CheckMasks : impl::CheckMasksBase<CheckMasks> {
  void runOnOperation() override {
    getOperation().walk([&](func::FuncOp function) {
      std::vector<Mask> masks = distinctMasks(function);
      for (const Mask &mask : masks)
        checkRows(mask);
      function.walk([&](CrossEntropyOp loss) { checkSight(loss, masks); });
    });
  }

  /// The layers of one table share a mask: it is judged once, in the first of them.
  std::vector<Mask> distinctMasks(func::FuncOp function) {
    llvm::DenseSet<std::tuple<Attribute, Attribute, Type>> seen;
    std::vector<Mask> masks;
    function.walk([&](MaskOp op) {
      LocationAttr place = op.getLoc();
      if (auto name = dyn_cast<NameLoc>(place))
        place = name.getChildLoc();
      if (!seen.insert({place, op.getMaskAttr(), op.getType()}).second)
        return;
      StringRef queries = axesOf(op.getQueries()).back(), keys = axesOf(op.getKeys()).back();
      masks.push_back({op, op.getMask().allowed(), sideOf(queries), sideOf(keys)});
    });
    return masks;
  }

  void checkRows(const Mask &mask) {
    MaskOp op = mask.op;
    // Which keys are present no proof can know.
    bool emptyIsZero = op.getEmptyIsZero() || op.getPresent();
    if (hidesEverything(mask.allowed, mask.keys())) {
      std::string what = attentionOf(op) + "the mask hides every key from every query";
      if (!emptyIsZero)
        return fail(emitError(op.getLoc()) << what);
      emitWarning(op.getLoc()) << what << ", which leaves zeros";
      return;
    }
    if (auto row = findEmptyRow(mask.allowed, mask.keys(), emptyIsZero))
      return fail(emitError(op.getLoc())
                  << attentionOf(op) << row->describe() << "; let each see one"
                  << advice(", as in ",
                            op.getMask().getWords().str() +
                                (mask.keys() == KeySide::Own ? " | k == q" : " | sink(1)"),
                            mask.keys())
                  << ", or say empty = \"zero\"");
    tell(emptyIsZero ? "a query without a key gives zeros" : "every query has a key", mask);
    if (!op.getMask().isWithinDocuments() &&
        hidesNothing(MaskExpression::parse(op.getMask().getWords()).allowed(), mask.keys()))
      emitWarning(op.getLoc()) << attentionOf(op)
                               << "the mask can never hide anything; padding is hidden always, and "
                                  "\"padding\" says that nothing else is";
    else
      checkNumbers(mask);
    if (mask.keys() == KeySide::Other && saysCausal(op) && hidesLater(mask.allowed))
      emitWarning(op.getLoc())
          << attentionOf(op) << "'causal' on cross-attention means that " << mask.querySide
          << " position q sees " << mask.keySide
          << " positions up to q only, though the two sequences do not run in step; write "
             "\"padding\", or \"k <= q\" for 'causal' if this is meant";
  }

  /// `window(1000)` says nothing where no sequence is so long.
  void checkNumbers(const Mask &mask) {
    auto longest = getOperation()->getAttrOfType<IntegerAttr>("loup.length");
    MaskOp op = mask.op;
    std::vector<MaskToken> tokens = tokenizeMask(op.getMask().getWords());
    for (size_t i = 0; longest && i + 1 < tokens.size(); ++i) {
      if (tokens[i].kind != MaskToken::Kind::Word || tokens[i + 1].text != "(")
        continue;
      std::string call =
          joinMaskTokens({tokens.begin() + i, tokens.begin() + i + 4}); // its word, ( , number, )
      if (hidesNothing(MaskExpression::parse(call).allowed(), mask.keys(), longest.getInt())) {
        emitWarning(op.getLoc()) << attentionOf(op) << "'" << call
                                 << "' can never hide anything: the model's length is "
                                 << longest.getInt() << ", and only a number below that would";
        return;
      }
    }
  }

  /// What predicts a token must depend on earlier tokens only, through the whole model.
  void checkSight(CrossEntropyOp loss, ArrayRef<Mask> masks) {
    std::optional<Dependence> seen = dependenceOn(loss.getLogits(), loss.getLabels());
    if (!seen)
      return;
    std::string side = sideOf(sequenceAxes(loss.getLabels()).front()).str();
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
      if (mask.querySide == side && mask.keySide == side)
        if (auto later = findLaterToken(mask.allowed, side, Sight::UpToItself)) {
          MaskOp op = mask.op;
          fail(emitError(op.getLoc())
               << attentionOf(op) << later->describe()
               << advice("; write ", "causal & " + inBrackets(op), KeySide::Own));
          isBlamed = true;
        }
    if (isBlamed)
      return;
    auto error = emitError(loss.getLoc()) << "what predicts the token at " << token->describe();
    if (token->exact && token->key == token->query)
      error << "; shift the " << side << " to the right before it is read";
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
        << remark::metric("mask", op.getMask().getWords().str())
        << remark::metric("queries", mask.querySide.str())
        << remark::metric("keys", mask.keySide.str());
  }

  void fail(const InFlightDiagnostic &) { signalPassFailure(); }
};

} // namespace
} // namespace loup
