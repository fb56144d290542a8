#include "frontend/explain/Proofs.h"

#include "mlir/IR/Remarks.h"

#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace mlir;

namespace loup {
namespace {

class Collector : public remark::detail::MLIRRemarkStreamerBase {
public:
  explicit Collector(std::vector<Proved> &proved) : proved(proved) {}

  void streamOptimizationRemark(const remark::detail::Remark &told) override {
    Proved next{told.getRemarkName().str(), {}};
    for (const auto &argument : told.getArgs())
      next.about[argument.key] = argument.val;
    proved.push_back(std::move(next));
  }

private:
  std::vector<Proved> &proved;
};

/// What a proof means to those who use the model.
Html inWords(const std::string &what) {
  struct {
    const char *what, *title, *meaning;
  } static constexpr known[] = {
      {"no prediction sees a later token",
       "No position that is predicted sees itself or a later one",
       "through the whole decoder, from the tokens it reads to what it predicts, whatever the "
       "length. The model cannot learn to copy its answer."},
      {"every query has a key", "Every query has a key",
       "in a sequence of any length from 1 on. No weighted mean is taken of nothing."},
      {"a query without a key gives zeros", "A query without a key gives zeros",
       "the description says so, or the mask asks which tokens are present, which no proof can "
       "know."},
  };
  for (const auto &[name, title, meaning] : known)
    if (what == name)
      return element("strong", title) + ": " + meaning;
  return element("strong", what);
}

bool isAbout(const Proved &proof, const AttentionMask &mask) {
  auto is = [&](const char *key, const std::string &value) {
    auto found = proof.about.find(key);
    return found != proof.about.end() && found->second == value;
  };
  return is("mask", mask.words) && is("queries", mask.querySide) && is("keys", mask.keySide);
}

Html proofList(const Html &items) { return ofClass("proved", "ul", items); }

/// `q + 3`, `(2q + 5) / 3`.
std::string sumOf(int64_t perPosition, int64_t constant, int64_t divisor) {
  std::string text;
  if (perPosition != 0)
    text = perPosition == 1 ? "q" : fmt::format("{}q", perPosition);
  if (text.empty())
    text = fmt::format("{}", constant);
  else if (constant != 0)
    text += fmt::format(" {} {}", constant < 0 ? "-" : "+", std::abs(constant));
  return divisor == 1 ? text : fmt::format("({}) / {}", text, divisor);
}

/// How much of the source the token at a position of the target is made of, as an item of proofs;
/// or nothing.
Html ofSource(func::FuncOp step) {
  std::vector<std::string> bounds;
  if (auto need = step->getAttrOfType<ArrayAttr>("loup.source_need"))
    for (auto bound : need.getAsRange<DenseI64ArrayAttr>())
      bounds.push_back(sumOf(bound[0], bound[1], bound[2]));
  if (bounds.empty())
    return {};
  std::string least =
      bounds.size() == 1 ? bounds.front() : fmt::format("min({})", fmt::join(bounds, ", "));
  return element("li", element("strong", "An answer begins before the source ends") +
                           ": token q of the target, counted from 0, depends on the first " +
                           element("code", least) +
                           " tokens of the source alone, through all layers; " +
                           element("code", "translate --stream") + " waits for no more.");
}

/// Why nothing is proved of that.
Html obstacle(func::FuncOp step) {
  auto why = step->getAttrOfType<StringAttr>("loup.source_obstacle");
  if (!why)
    return {};
  return element("p", element("strong", "Every answer waits for the end of the source") +
                          ", as no bound was found on what it needs (" + why.str() + ").");
}

/// The pairs that a mask allows, in words if they are soon said.
Html setOf(const AttentionMask &mask) {
  constexpr size_t mostCharacters = 200; // two lines of the page
  std::string exact = mask.allowed.describe();
  if (exact.size() <= mostCharacters)
    return Html("query q may see key k where ") + element("code", exact);
  Html set = "query q may see key k where the words above allow it and k is not padding: " +
             counted(static_cast<int64_t>(mask.allowed.size()), "alternative");
  if (int64_t modulus = mask.allowed.modulus(); modulus > 1)
    set += Html(", told apart by ") + element("code", fmt::format("q % {}", modulus)) + " and " +
           element("code", fmt::format("k % {}", modulus));
  return set;
}

Html ofMask(const AttentionMask &mask, const std::vector<Proved> &proved,
            const std::map<std::string, KernelBounds> &bounds) {
  auto term = [](const Html &name, const Html &meaning) {
    return element("dt", name) + element("dd", meaning);
  };
  Html set = setOf(mask);
  if (mask.isWithinDocuments)
    set += ", both in one document, from whose start q, k and its length count";
  Html list = term("The set", set);
  if (auto found = bounds.find(mask.words); found != bounds.end()) {
    const auto &[onKeys, blocks] = found->second;
    Html needed = element("code", onKeys.getTouched().str());
    if (blocks == Blocks::OfRows)
      needed +=
          ", of these those in their own documents; here positions count from the row's start";
    list += term(fmt::format("Keys that queries {0}a to {0}a + {1}, a block of the kernels, need",
                             onKeys.getSize(), onKeys.getSize() - 1),
                 needed);
    list += term("Keys that all of these queries see", element("code", onKeys.getFull().str()));
  }
  Html items;
  std::vector<std::string> known;
  for (const Proved &proof : proved)
    if (isAbout(proof, mask) && std::find(known.begin(), known.end(), proof.what) == known.end()) {
      items += element("li", inWords(proof.what));
      known.push_back(proof.what);
    }
  return element("h3", Html(mask.title()) + ": " + element("code", mask.words)) +
         element("dl", list) + proofList(items);
}

Html warnings(const Diagnostics &reports) {
  Html items;
  for (const Diagnostic &report : reports.all())
    items += element(
        "li", fmt::format("{}:{}: {}", reports.source().name, report.range.line, report.message));
  if (items.text().empty())
    return element("p", "There are no warnings.");
  return element("p", "The proofs hold, but this was noticed:") + ofClass("warnings", "ul", items);
}

} // namespace

void collectProofs(MLIRContext *context, std::vector<Proved> &proved) {
  (void)remark::enableOptimizationRemarks(
      *context, std::make_unique<Collector>(proved),
      std::make_unique<remark::RemarkEmittingPolicyAll>(),
      {.all = {}, .passed = ".*", .missed = {}, .analysis = {}, .failed = {}});
}

std::map<std::string, KernelBounds> kernelBounds(ModuleOp module) {
  std::map<std::string, KernelBounds> bounds;
  module.walk([&](AttentionOp attention) {
    BoundsAttr onKeys = attention.getKeyBoundsAttr();
    if (!onKeys)
      return;
    KernelBounds &known = bounds[attention.getMask().getWords().str()];
    if (!known.onKeys || known.onKeys.getSize() < onKeys.getSize())
      known = {onKeys, *attention.getBlocks()};
  });
  return bounds;
}

Section proofSection(const std::vector<AttentionMask> &masks, const std::vector<Proved> &proved,
                     func::FuncOp step, const std::map<std::string, KernelBounds> &bounds,
                     const Diagnostics &reports) {
  Html content = element(
      "p", "Before anything is compiled, the masks are proved right, exactly and for all lengths "
           "at once. What could not be proved would have been an error, with a counterexample.");
  Html ofModel;
  for (const Proved &proof : proved)
    if (proof.about.count("side"))
      ofModel += element("li", inWords(proof.what));
  content += proofList(ofModel + ofSource(step)) + obstacle(step);
  for (const AttentionMask &mask : masks)
    content += ofMask(mask, proved, bounds);
  if (!bounds.empty())
    content += element("p", "Positions count from 0. In a range, a is the number of a block of "
                            "queries, length the number of real keys, keys the number of all with "
                            "padding; the first position is in, the last one is not.");
  return {"proofs", "What was proved", content + warnings(reports)};
}

} // namespace loup
