// How much a model has to compute, whichever way it does.
#pragma once

#include "frontend/bench/Workload.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <map>
#include <string>
#include <tuple>
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
/// attention computes again to save memory does not count.
class UsefulWork {
public:
  /// `textbook` is the imported program.
  explicit UsefulWork(mlir::OwningOpRef<mlir::ModuleOp> textbook);

  const std::vector<AttentionKind> &attentions() const { return kinds; }

  double training(const Batch &batch);
  double decoding(const Ragged &source, int32_t steps);

  /// Of one of the attentions of that kind.
  double attention(const AttentionKind &kind, const Batch &batch, bool backward);

private:
  struct Sizes;

  double operations(mlir::func::FuncOp function, const Sizes &sizes);
  double operations(mlir::Operation *op, const Sizes &sizes);
  template <class Attention> double pairs(Attention op, const Sizes &sizes);
  int64_t pairsOfSentence(llvm::StringRef mask, int64_t firstQuery, int64_t queries, int64_t keys);
  void findAttentions();

  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<AttentionKind> kinds;
  std::map<std::tuple<std::string, int64_t, int64_t, int64_t>, int64_t> known; // pairs
};

} // namespace loup
