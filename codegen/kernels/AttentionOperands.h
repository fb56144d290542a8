// What attention and its gradient read, by row and column.
#pragma once

#include "codegen/KernelBody.h"
#include "codegen/kernels/AllowedPairs.h"
#include "codegen/kernels/ScoreTerms.h"

#include <optional>
#include <string>
#include <vector>

namespace loup {

/// Rows are positions along the query's or the key's axis; they may reach over the last one, which
/// is then read in their place. The head and the batch are their axes' variables.
class AttentionOperands {
public:
  template <class Op> AttentionOperands(Op op, const KernelBody &body); // attention or its gradient

  const KernelBody &kernel() const { return body; }

  /// One in a step of decoding.
  Halide::Expr queryCount() const;
  Halide::Expr keyCount() const { return body.extent(keyAxis); }
  int headWidth() const { return width; }

  /// The widest vector that leaves no rest of so many columns.
  int lanesAlong(int columns) const;

  /// The most of such vectors, up to `most`, that leave no rest.
  int vectorsAlong(int columns, int most) const;

  /// The same along a head's width.
  int widthLanes() const { return lanesAlong(width); }

  /// Head and batch, innermost first.
  std::vector<Halide::Var> outerVars() const;

  /// The arguments of what is computed for each head and batch: some others, then these.
  template <class... First> std::vector<Halide::Var> vars(const First &...first) const {
    std::vector<Halide::Var> result = {first...};
    llvm::append_range(result, outerVars());
    return result;
  }
  template <class... First> std::vector<Halide::Expr> at(const First &...first) const {
    std::vector<Halide::Expr> result = {Halide::Expr(first)...};
    llvm::append_range(result, outerVars());
    return result;
  }

  /// Cuts the loops of `output`, of type `type`, into blocks of as many rows as `lanes`, inside of
  /// parallel ones over batch and head.
  void scheduleBlocks(Halide::Func output, mlir::Type type, Halide::Var block, Halide::Var lane,
                      int lanes) const;

  /// An element of a row; `column` is undefined for values without head width.
  Halide::Expr read(mlir::Value value, Halide::Expr row, Halide::Expr column = {}) const;

  /// Whether a query sees a key. False over the last row.
  Halide::Expr isAllowed(Halide::Expr queryRow, Halide::Expr keyRow) const;

  bool hasDropout() const { return rate != 0; }

  /// What dropout makes of a pair's `value`.
  Halide::Expr drop(Halide::Expr value, Halide::Expr queryRow, Halide::Expr keyRow) const;

  /// Where the pairs of some rows lie: those of a block that bounds speak of, which begins with
  /// row `first` or before it. All rows, none of them full, where there are no bounds.
  BlockRanges keyRangesOf(const Halide::Expr &firstQuery) const;
  BlockRanges queryRangesOf(const Halide::Expr &firstKey) const;

  /// A pair's score, from the product of its query and key.
  Halide::Expr score(Halide::Expr product, Halide::Expr queryRow, Halide::Expr keyRow) const;

  /// The row of the table of relative positions that the pair's score has a part of.
  Halide::Expr bucket(Halide::Expr queryRow, Halide::Expr keyRow) const;

  /// Schedules what scores read beside the product.
  void scheduleTerm() { term.schedule(); }

  /// The gradient by a pair's product, from that by its score.
  Halide::Expr byProduct(Halide::Expr byScore) const;

private:
  Halide::Expr position(mlir::Value positions, Halide::Expr row) const;
  BlockRanges rangesOf(const MaskBounds &bounds, mlir::Value positions, const Halide::Expr &first,
                       int size) const;
  BlockRanges withinDocuments(BlockRanges ranges, const Halide::Expr &first, int size) const;

  const KernelBody &body;
  std::optional<std::string> queryAxis;
  std::string keyAxis, headAxis, widthAxis;
  mlir::Type queryType;
  int width;
  float scale, rate;
  mlir::Value queries, keys, present, queryDocuments, keyDocuments, dropoutKey, examples;
  MaskSet set;
  std::optional<Blocks> blocks;
  BoundsAttr keyBounds, queryBounds; // null where there are none
  AllowedPairs allowed;
  ScoreTerm term;
};

} // namespace loup
