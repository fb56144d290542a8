// How much a model has to compute, whichever way it does.
#pragma once

#include "frontend/MarkTokens.h"
#include "frontend/bench/Workload.h"
#include "ir/masks/PairCount.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace loup {

/// Attentions of one shape, mask and dropout, as in the layers of a stack.
struct AttentionKind {
  std::vector<std::string> names; // of its attentions: "decoder.layers.0.self_attn"
  std::string words;              // "causal & padding, 4 heads of 32"
  std::string querySide;          // "target"
};

/// Floating-point operations of a model's products, two a multiply-add, on real tokens and allowed
/// pairs alone: of the textbook program, so that all rungs are judged by the same work. What an
/// attention computes again to save memory does not count. Which pairs a mask allows is asked of
/// the data: of absent tokens, prefixes and documents.
class UsefulWork {
public:
  /// `textbook` is the imported program of the description.
  UsefulWork(mlir::OwningOpRef<mlir::ModuleOp> textbook, const DataSpec &data);

  const std::vector<AttentionKind> &attentions() const { return kinds; }

  double training(const Batch &batch);

  /// `target` is what is decoded: the same number of tokens for each sentence.
  double decoding(const Ragged &source, const Ragged &target);

  /// Of one of the attentions of that kind.
  double attention(const AttentionKind &kind, const Batch &batch, bool backward);

private:
  struct Call;
  struct Mask {
    PairCount pairs;
    bool perDocument;
  };

  double operations(mlir::func::FuncOp function, const Call &call);
  double operations(mlir::Operation *op, const Call &call);
  template <class Attention> double pairs(Attention op, const Call &call);
  const Mask &maskOf(llvm::StringRef words);
  std::vector<bool> presentKeys(llvm::StringRef side, std::span<const int32_t> tokens) const;
  void findAttentions();

  mlir::OwningOpRef<mlir::ModuleOp> module;
  Marks source, target;
  int32_t begin; // the target's first input
  std::vector<AttentionKind> kinds;
  std::map<std::string, Mask> masks; // by their words
};

} // namespace loup
