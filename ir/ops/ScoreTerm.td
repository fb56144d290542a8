#ifndef LOUP_SCORE_TERM_TD
#define LOUP_SCORE_TERM_TD
include "ir/ops/LoupOp.td"

def AlibiOp : LoupOp<"alibi", [Pointwise]> {
  let summary = "attention with linear biases: what scores lose with distance";
  let description = [{
        result[h, q, k] = -slope[h] * |queries[q] - keys[k]|

    (Press et al., 2022.) Of n heads, n a power of two, head h = 0, 1, ... has slope[h] =
    2^(-8 (h + 1) / n). Any other n takes the slopes of the largest power of two below it, then the
    first, third, ... of the next power of two, as the paper's code does. `queries` and `keys` are
    positions; the result has an axis of heads besides. In the textbook program it is added to the
    scores before the mask.

    ```mlir
    func.func @distances(%q: tensor<?xi32, #loup.axes<target>>,
                         %k: tensor<?xi32, #loup.axes<target_key>>)
        -> tensor<4x?x?xf32, #loup.axes<head, target, target_key>> {
      %t = loup.alibi queries %q keys %k
          : tensor<?xi32, #loup.axes<target>>, tensor<?xi32, #loup.axes<target_key>>
         -> tensor<4x?x?xf32, #loup.axes<head, target, target_key>>
      return %t : tensor<4x?x?xf32, #loup.axes<head, target, target_key>>
    }
    ```
  }];
  let arguments = (ins Integer:$queries, Integer:$keys);
  let results = (outs Real:$result);
  let assemblyFormat = [{
    `queries` $queries `keys` $keys attr-dict `:` type($queries) `,` type($keys) `->` type($result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The axes of the result that neither queries nor keys have: that of the heads.
    ::llvm::SmallVector<::loup::Axis> getHeadAxes();
  }];
}

def RelativeBucketOp : LoupOp<"relative_bucket", [Pointwise]> {
  let summary = "which row of a table stands for the distance of query and key";
  let description = [{
        result[q, k] = the row of `#loup.buckets` for keys[k] - queries[q]

    `loup.lookup` finds what a table of T5's relative positions adds to the scores.

    ```mlir
    func.func @rows(%q: tensor<?xi32, #loup.axes<source>>,
                    %k: tensor<?xi32, #loup.axes<source_key>>)
        -> tensor<?x?xi32, #loup.axes<source, source_key>> {
      %b = loup.relative_bucket <32, 128> queries %q keys %k
          : tensor<?xi32, #loup.axes<source>>, tensor<?xi32, #loup.axes<source_key>>
         -> tensor<?x?xi32, #loup.axes<source, source_key>>
      return %b : tensor<?x?xi32, #loup.axes<source, source_key>>
    }
    ```
  }];
  let arguments = (ins BucketsAttr:$buckets, Integer:$queries, Integer:$keys);
  let results = (outs Integer:$result);
  let assemblyFormat = [{
    $buckets `queries` $queries `keys` $keys attr-dict
    `:` type($queries) `,` type($keys) `->` type($result)
  }];
}

#endif
