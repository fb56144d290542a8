#ifndef LOUP_ATTENTION_TD
#define LOUP_ATTENTION_TD
include "ir/ops/LoupOp.td"

def MaskOp : LoupOp<"mask", [Pointwise, AttrSizedOperandSegments]> {
  let summary = "the tensor of a mask: 0 where allowed, hidden elsewhere";
  let description = [{
        result[b, q, k] = (queries[q], keys[k]) in mask and k < lengths[b] ? 0 : hiddenScore

    `queries` and `keys` are positions, `lengths` the real number of keys of each example: padding is
    hidden by every mask. Without `lengths` every key is real. The set is exact and known to the
    compiler; the tensor exists only in the textbook program.

    What the mask's words ask of the data follows: `prefix`, the number of keys that each example
    gives, and `present`, 1 or 0 for each key. Where a mask holds within each `document`, these are
    numbers of the queries' and of the keys' documents: only pairs of one document are allowed, no
    pair of a negative one is, and positions count from its start. With `empty zero` a query that sees
    no key gives zeros, and the compiler does not ask whether there is one.

    ```mlir
    func.func @causal(%q: tensor<?xi32, #loup.axes<target>>,
                      %k: tensor<?xi32, #loup.axes<target_key>>,
                      %n: tensor<?xi32, #loup.axes<batch>>)
        -> tensor<?x?x?xf32, #loup.axes<batch, target, target_key>> {
      %m = loup.mask <"causal & padding"> queries %q keys %k lengths %n
          : tensor<?xi32, #loup.axes<target>>, tensor<?xi32, #loup.axes<target_key>>,
            tensor<?xi32, #loup.axes<batch>>
         -> tensor<?x?x?xf32, #loup.axes<batch, target, target_key>>
      return %m : tensor<?x?x?xf32, #loup.axes<batch, target, target_key>>
    }
    ```

    ```mlir
    func.func @with_holes(%q: tensor<?xi32, #loup.axes<source>>,
                          %k: tensor<?xi32, #loup.axes<source_key>>,
                          %given: tensor<?xi32, #loup.axes<batch>>,
                          %present: tensor<?x?xi32, #loup.axes<batch, source_key>>)
        -> tensor<?x?x?xf32, #loup.axes<batch, source, source_key>> {
      %m = loup.mask <"(causal | prefix) & present"> queries %q keys %k prefix %given
          present %present empty zero
          : tensor<?xi32, #loup.axes<source>>, tensor<?xi32, #loup.axes<source_key>>
            prefix tensor<?xi32, #loup.axes<batch>>
            present tensor<?x?xi32, #loup.axes<batch, source_key>>
         -> tensor<?x?x?xf32, #loup.axes<batch, source, source_key>>
      return %m : tensor<?x?x?xf32, #loup.axes<batch, source, source_key>>
    }
    ```

    ```mlir
    func.func @by_document(%q: tensor<?x?xi32, #loup.axes<batch, source>>,
                           %k: tensor<?x?xi32, #loup.axes<batch, source_key>>,
                           %of_query: tensor<?x?xi32, #loup.axes<batch, source>>,
                           %of_key: tensor<?x?xi32, #loup.axes<batch, source_key>>)
        -> tensor<?x?x?xf32, #loup.axes<batch, source, source_key>> {
      %m = loup.mask <"document & causal"> queries %q keys %k documents %of_query, %of_key
          : tensor<?x?xi32, #loup.axes<batch, source>>,
            tensor<?x?xi32, #loup.axes<batch, source_key>>
            documents tensor<?x?xi32, #loup.axes<batch, source>>,
            tensor<?x?xi32, #loup.axes<batch, source_key>>
         -> tensor<?x?x?xf32, #loup.axes<batch, source, source_key>>
      return %m : tensor<?x?x?xf32, #loup.axes<batch, source, source_key>>
    }
    ```
  }];
  let arguments = (ins MaskAttr:$mask, Integer:$queries, Integer:$keys,
                       Optional<Integer>:$lengths, Optional<Integer>:$prefix,
                       Optional<Integer>:$present, Optional<Integer>:$query_documents,
                       Optional<Integer>:$key_documents, UnitAttr:$empty_is_zero);
  let results = (outs Real:$result);
  let assemblyFormat = [{
    $mask `queries` $queries `keys` $keys (`lengths` $lengths^)? (`prefix` $prefix^)?
    (`present` $present^)? (`documents` $query_documents^ `,` $key_documents)?
    (`empty` `zero` $empty_is_zero^)? attr-dict
    `:` type($queries) `,` type($keys) (`,` type($lengths)^)? (`prefix` type($prefix)^)?
    (`present` type($present)^)?
    (`documents` type($query_documents)^ `,` type($key_documents))? `->` type($result)
  }];
  let hasVerifier = 1;
}

def PresentOp : LoupOp<"present", [Pointwise, ElementByElement, AllTypesMatch<["tokens", "result"]>]> {
  let summary = "which tokens are there";
  let description = [{
        result[p] = tokens[p] = absent ? 0 : 1

    ```mlir
    func.func @gaps(%tokens: tensor<?x?xi32, #loup.axes<batch, source>>)
        -> tensor<?x?xi32, #loup.axes<batch, source>> {
      %p = loup.present %tokens absent 7 : tensor<?x?xi32, #loup.axes<batch, source>>
      return %p : tensor<?x?xi32, #loup.axes<batch, source>>
    }
    ```
  }];
  let arguments = (ins Integer:$tokens, I32Attr:$absent);
  let results = (outs Integer:$result);
  let assemblyFormat = "$tokens `absent` custom<Int32>($absent) attr-dict `:` type($tokens)";
}

def AddMaskOp : LoupOp<"add_mask", [Pointwise, ElementByElement, DifferentiableOp,
    AllTypesMatch<["scores", "result"]>]> {
  let summary = "hides scores";
  let description = [{
        result[r] = mask[those of r that mask has] = 0 ? scores[r] : hiddenScore

    This is the textbook's addition of 0 or minus infinity, with two differences that the contract
    of attention asks for: minus infinity is finite, and what is hidden is never looked at, so that a
    NaN among hidden scores stays hidden.

    ```mlir
    func.func @hide(%scores: tensor<?x4x?x?xf32, #loup.axes<batch, head, target, target_key>>,
                    %mask: tensor<?x?x?xf32, #loup.axes<batch, target, target_key>>)
        -> tensor<?x4x?x?xf32, #loup.axes<batch, head, target, target_key>> {
      %s = loup.add_mask %scores, %mask
          : tensor<?x4x?x?xf32, #loup.axes<batch, head, target, target_key>>,
            tensor<?x?x?xf32, #loup.axes<batch, target, target_key>>
      return %s : tensor<?x4x?x?xf32, #loup.axes<batch, head, target, target_key>>
    }
    ```
  }];
  let arguments = (ins Real:$scores, Real:$mask);
  let results = (outs Real:$result);
  let assemblyFormat = "$scores `,` $mask attr-dict `:` type($scores) `,` type($mask)";
}

def AttentionOp : LoupOp<"attention", [DifferentiableOp, AttrSizedOperandSegments,
    AllTypesMatch<["key", "value"]>, AllTypesMatch<["query", "output"]>,
    DeclareOpInterfaceMethods<SequenceOp, ["getReach", "getRagged", "clearRagged"]>]> {
  let summary = "softmax(scale * query key + mask), then the weighted sum of values";
  let description = [{
    For each head h, with A the keys that the mask allows query q:

        score[q, k]   = scale * sum over e of query[q, h, e] * key[k, h, e] + term[q, k]
        log_sum[q, h] = log(sum over k in A of exp(score[q, k]))
        output[q, h]  = sum over k in A of dropout(exp(score[q, k] - log_sum[q, h])) * value[k, h]

    A query without keys gives zeros. `query` is [.., query axis, head, head_width], or lacks the
    query axis in a step of decoding; `key` and `value` are [.., key axis, head, head_width]. No
    tensor of [query, key] is kept: the backward pass recomputes scores from `log_sum`. Dropout draws
    as `loup.dropout` would on weights [batch, head, query, key] at (example, head, query, key). Without
    `lengths` every key is real. What the mask asks of the data is that of `loup.mask`. The term is 0;
    or, after `alibi`, that of `loup.alibi`; or, after `buckets <32, 128> of %table`, with a table
    [bucket, head], the row of `loup.relative_bucket`.

    ```mlir
    func.func @attend(%q: tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>,
                      %k: tensor<?x?x4x32xf32, #loup.axes<batch, target_key, head, head_width>>,
                      %qp: tensor<?xi32, #loup.axes<target>>,
                      %kp: tensor<?xi32, #loup.axes<target_key>>)
        -> tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>> {
      %o, %l = loup.attention %q, %k, %k mask <"causal"> queries %qp keys %kp scale 0.176776695
          : tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>,
            tensor<?x?x4x32xf32, #loup.axes<batch, target_key, head, head_width>>,
            tensor<?xi32, #loup.axes<target>>, tensor<?xi32, #loup.axes<target_key>>
         -> tensor<?x?x4xf32, #loup.axes<batch, target, head>>
      return %o : tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>
    }
    ```

    With padding and dropout, in training:

    ```mlir
    func.func @cross(%q: tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>,
                     %k: tensor<?x?x4x32xf32, #loup.axes<batch, source_key, head, head_width>>,
                     %v: tensor<?x?x4x32xf32, #loup.axes<batch, source_key, head, head_width>>,
                     %qp: tensor<?xi32, #loup.axes<target>>,
                     %kp: tensor<?xi32, #loup.axes<source_key>>,
                     %n: tensor<?xi32, #loup.axes<batch>>, %key: tensor<i32, #loup.axes<>>,
                     %example: tensor<?xi32, #loup.axes<batch>>)
        -> tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>> {
      %o, %l = loup.attention %q, %k, %v mask <"padding"> queries %qp keys %kp lengths %n
          scale 0.176776695 dropout %key at %example {rate = 0.1 : f32}
          : tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>,
            tensor<?x?x4x32xf32, #loup.axes<batch, source_key, head, head_width>>,
            tensor<?xi32, #loup.axes<target>>, tensor<?xi32, #loup.axes<source_key>>,
            tensor<?xi32, #loup.axes<batch>>
            dropout tensor<i32, #loup.axes<>>, tensor<?xi32, #loup.axes<batch>>
         -> tensor<?x?x4xf32, #loup.axes<batch, target, head>>
      return %o : tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>
    }
    ```

    With relative positions:

    ```mlir
    func.func @relative(%q: tensor<?x?x4x32xf32, #loup.axes<batch, source, head, head_width>>,
                        %k: tensor<?x?x4x32xf32, #loup.axes<batch, source_key, head, head_width>>,
                        %v: tensor<?x?x4x32xf32, #loup.axes<batch, source_key, head, head_width>>,
                        %qp: tensor<?xi32, #loup.axes<source>>,
                        %kp: tensor<?xi32, #loup.axes<source_key>>,
                        %table: tensor<8x4xf32, #loup.axes<bucket, head>>)
        -> tensor<?x?x4x32xf32, #loup.axes<batch, source, head, head_width>> {
      %o, %l = loup.attention %q, %k, %v mask <"k <= q + 4"> queries %qp keys %kp
          buckets <8, 16> of %table scale 0.176776695
          : tensor<?x?x4x32xf32, #loup.axes<batch, source, head, head_width>>,
            tensor<?x?x4x32xf32, #loup.axes<batch, source_key, head, head_width>>,
            tensor<?xi32, #loup.axes<source>>, tensor<?xi32, #loup.axes<source_key>>
            of tensor<8x4xf32, #loup.axes<bucket, head>>
         -> tensor<?x?x4xf32, #loup.axes<batch, source, head>>
      return %o : tensor<?x?x4x32xf32, #loup.axes<batch, source, head, head_width>>
    }
    ```

    `key_bounds` says where the keys of each block of queries lie; other keys are not visited. Without
    it every key is looked at. With documents the blocks are of rows, and only rows of their own
    documents are visited. Queries and keys are then the same tokens, documents lie one after the
    other and what is of none comes last, and a document's number is that of the row behind it.

    Where sequences lie one after the other, `offsets` %query_offsets, %key_offsets follows: sequence
    b has the queries from query_offsets[b] to query_offsets[b + 1], that one excluded, and likewise
    the keys; positions count from its start. Where the mask holds within documents, these are the
    sequences, and examples have one number for each. Such an op becomes a kernel of one sequence, which
    `loup.call` runs for each.
  }];
  let arguments = (ins Real:$query, Real:$key, Real:$value, MaskAttr:$mask, Integer:$queries,
                       Integer:$keys, Optional<Integer>:$lengths, Optional<Integer>:$prefix,
                       Optional<Integer>:$present, Optional<Integer>:$query_documents,
                       Optional<Integer>:$key_documents, UnitAttr:$alibi,
                       OptionalAttr<BucketsAttr>:$buckets, Optional<Real>:$table, F32Attr:$scale,
                       DefaultValuedAttr<F32Attr, "0.0f">:$rate, Optional<Integer>:$dropout_key,
                       Optional<Integer>:$examples, Optional<Integer>:$query_offsets,
                       Optional<Integer>:$key_offsets, OptionalAttr<BoundsAttr>:$key_bounds);
  let results = (outs Real:$output, Real:$log_sum);
  let assemblyFormat = [{
    $query `,` $key `,` $value `mask` $mask `queries` $queries `keys` $keys
    (`lengths` $lengths^)? (`prefix` $prefix^)? (`present` $present^)?
    (`documents` $query_documents^ `,` $key_documents)? (`alibi` $alibi^)?
    (`buckets` $buckets^ `of` $table)? `scale` custom<Float>($scale)
    (`dropout` $dropout_key^ `at` $examples)? (`offsets` $query_offsets^ `,` $key_offsets)?
    attr-dict
    `:` type($query) `,` type($key) `,` type($queries) `,` type($keys) (`,` type($lengths)^)?
    (`prefix` type($prefix)^)? (`present` type($present)^)?
    (`documents` type($query_documents)^ `,` type($key_documents))?
    (`of` type($table)^)? (`dropout` type($dropout_key)^ `,` type($examples))?
    (`offsets` type($query_offsets)^ `,` type($key_offsets))? `->` type($log_sum)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// What bounds of the mask are cut from; none where no block says which positions it holds.
    std::optional<::loup::Blocks> getBlocks();
  }];
}

def AttentionGradientOp : LoupOp<"attention_gradient", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<SequenceOp, ["getRagged", "clearRagged"]>,
    AllTypesMatch<["query", "output", "gradient", "query_gradient"]>,
    AllTypesMatch<["key", "value", "key_gradient", "value_gradient"]>]> {
  let summary = "the gradients by attention's query, key and value";
  let description = [{
    With p[q, k] = exp(score[q, k] - log_sum[q]) and r the dropout's factor (0 or 1 / (1 - rate)):

        delta[q]          = sum over e of gradient[q, e] * output[q, e]
        ds[q, k]          = p[q, k] * (r[q, k] * (gradient[q] . value[k]) - delta[q])
        query_gradient[q] = scale * sum over k of ds[q, k] * key[k]
        key_gradient[k]   = scale * sum over q of ds[q, k] * query[q]
        value_gradient[k] = sum over q of r[q, k] * p[q, k] * gradient[q]

    over allowed pairs only (Dao et al., 2022, appendix B.4). `key_bounds` is attention's, and
    `query_bounds` says where the queries of each block of keys lie. Where attention has a table,
    `bucket_gradient`, [.., query axis, head, bucket], is each query's part of the table's gradient,
    which is their sum:

        bucket_gradient[q, b] = sum over k in bucket b of ds[q, k]

    ```mlir
    func.func @backward(%q: tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>,
                        %k: tensor<?x?x4x32xf32, #loup.axes<batch, target_key, head, head_width>>,
                        %l: tensor<?x?x4xf32, #loup.axes<batch, target, head>>,
                        %qp: tensor<?xi32, #loup.axes<target>>,
                        %kp: tensor<?xi32, #loup.axes<target_key>>)
        -> tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>> {
      %dq, %dk, %dv = loup.attention_gradient %q, %k, %k, %q, %l, %q mask <"causal">
          queries %qp keys %kp scale 0.176776695
          : tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>,
            tensor<?x?x4x32xf32, #loup.axes<batch, target_key, head, head_width>>,
            tensor<?x?x4xf32, #loup.axes<batch, target, head>>,
            tensor<?xi32, #loup.axes<target>>, tensor<?xi32, #loup.axes<target_key>>
      return %dq : tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>
    }
    ```

    With a table:

    ```mlir
    func.func @by_table(%q: tensor<?x?x4x32xf32, #loup.axes<batch, source, head, head_width>>,
                        %k: tensor<?x?x4x32xf32, #loup.axes<batch, source_key, head, head_width>>,
                        %l: tensor<?x?x4xf32, #loup.axes<batch, source, head>>,
                        %qp: tensor<?xi32, #loup.axes<source>>,
                        %kp: tensor<?xi32, #loup.axes<source_key>>,
                        %table: tensor<32x4xf32, #loup.axes<bucket, head>>)
        -> tensor<32x4xf32, #loup.axes<bucket, head>> {
      %dq, %dk, %dv, %db = loup.attention_gradient %q, %k, %k, %q, %l, %q mask <"causal">
          queries %qp keys %kp buckets <32, 128> of %table scale 0.176776695
          : tensor<?x?x4x32xf32, #loup.axes<batch, source, head, head_width>>,
            tensor<?x?x4x32xf32, #loup.axes<batch, source_key, head, head_width>>,
            tensor<?x?x4xf32, #loup.axes<batch, source, head>>,
            tensor<?xi32, #loup.axes<source>>, tensor<?xi32, #loup.axes<source_key>>
            of tensor<32x4xf32, #loup.axes<bucket, head>>
         -> tensor<?x?x4x32xf32, #loup.axes<batch, source, head, bucket>>
      %d = loup.sum %db : tensor<?x?x4x32xf32, #loup.axes<batch, source, head, bucket>>
          -> tensor<32x4xf32, #loup.axes<bucket, head>>
      return %d : tensor<32x4xf32, #loup.axes<bucket, head>>
    }
    ```
  }];
  let arguments = (ins Real:$query, Real:$key, Real:$value, Real:$output, Real:$log_sum,
                       Real:$gradient, MaskAttr:$mask, Integer:$queries, Integer:$keys,
                       Optional<Integer>:$lengths, Optional<Integer>:$prefix,
                       Optional<Integer>:$present, Optional<Integer>:$query_documents,
                       Optional<Integer>:$key_documents, UnitAttr:$alibi,
                       OptionalAttr<BucketsAttr>:$buckets, Optional<Real>:$table, F32Attr:$scale,
                       DefaultValuedAttr<F32Attr, "0.0f">:$rate, Optional<Integer>:$dropout_key,
                       Optional<Integer>:$examples, Optional<Integer>:$query_offsets,
                       Optional<Integer>:$key_offsets, OptionalAttr<BoundsAttr>:$key_bounds,
                       OptionalAttr<BoundsAttr>:$query_bounds);
  let results = (outs Real:$query_gradient, Real:$key_gradient, Real:$value_gradient,
                     Optional<Real>:$bucket_gradient);
  let assemblyFormat = [{
    $query `,` $key `,` $value `,` $output `,` $log_sum `,` $gradient `mask` $mask
    `queries` $queries `keys` $keys (`lengths` $lengths^)? (`prefix` $prefix^)?
    (`present` $present^)? (`documents` $query_documents^ `,` $key_documents)?
    (`alibi` $alibi^)? (`buckets` $buckets^ `of` $table)? `scale` custom<Float>($scale)
    (`dropout` $dropout_key^ `at` $examples)? (`offsets` $query_offsets^ `,` $key_offsets)?
    attr-dict
    `:` type($query) `,` type($key) `,` type($log_sum) `,` type($queries) `,` type($keys)
    (`,` type($lengths)^)? (`prefix` type($prefix)^)? (`present` type($present)^)?
    (`documents` type($query_documents)^ `,` type($key_documents))?
    (`of` type($table)^)? (`dropout` type($dropout_key)^ `,` type($examples))?
    (`offsets` type($query_offsets)^ `,` type($key_offsets))? (`->` type($bucket_gradient)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// What bounds of the mask are cut from; none where no block says which positions it holds.
    std::optional<::loup::Blocks> getBlocks();
  }];
}

#endif
