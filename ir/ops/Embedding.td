#ifndef LOUP_EMBEDDING_TD
#define LOUP_EMBEDDING_TD
include "ir/ops/LoupOp.td"

def LookupOp : LoupOp<"lookup", [Pointwise, DifferentiableOp]> {
  let summary = "rows of a table at given indices";
  let description = [{
        result[r] = table[..., along = indices[those of r that indices has], ...]

    The table's other axes and the indices' axes are the result's. Token and position embeddings
    look up `along` a vocabulary; decoding looks up the keys of a hypothesis' sentence and ancestors.

    ```mlir
    func.func @embed(%tokens: tensor<?x?xi32, #loup.axes<batch, source>>,
                     %table: tensor<1000x128xf32, #loup.axes<source_vocabulary, width>>)
        -> tensor<?x?x128xf32, #loup.axes<batch, source, width>> {
      %x = loup.lookup %table along "source_vocabulary" at %tokens
          : tensor<1000x128xf32, #loup.axes<source_vocabulary, width>>,
            tensor<?x?xi32, #loup.axes<batch, source>>
         -> tensor<?x?x128xf32, #loup.axes<batch, source, width>>
      return %x : tensor<?x?x128xf32, #loup.axes<batch, source, width>>
    }
    ```
  }];
  let arguments = (ins Named:$table, Integer:$indices, StrAttr:$along);
  let results = (outs Named:$result);
  let assemblyFormat = [{
    $table `along` $along `at` $indices attr-dict
    `:` type($table) `,` type($indices) `->` type($result)
  }];
  let hasVerifier = 1;
}

def RaggedLookupOp : LoupOp<"ragged_lookup", [Pointwise]> {
  let summary = "sequences out of those that lie one after the other";
  let description = [{
        result[r, p, ...] = table[offsets[sequences[r]] + p, ...]

    `along` is the table's axis of all sequences, `axis` that of the position p within one. Beyond
    the end of a sequence the result is some other row. Decoding reads the keys of a hypothesis'
    sentence so.

    ```mlir
    func.func @keys(%all: tensor<?x4x32xf32, #loup.axes<source_token_key, head, head_width>>,
                    %sentence: tensor<?xi32, #loup.axes<hypothesis>>,
                    %offsets: tensor<?xi32, #loup.axes<boundary>>)
        -> tensor<?x?x4x32xf32, #loup.axes<hypothesis, source_key, head, head_width>> {
      %k = loup.ragged_lookup %all along "source_token_key" at %sentence offsets %offsets
          axis "source_key"
          : tensor<?x4x32xf32, #loup.axes<source_token_key, head, head_width>>,
            tensor<?xi32, #loup.axes<hypothesis>>, tensor<?xi32, #loup.axes<boundary>>
         -> tensor<?x?x4x32xf32, #loup.axes<hypothesis, source_key, head, head_width>>
      return %k : tensor<?x?x4x32xf32, #loup.axes<hypothesis, source_key, head, head_width>>
    }
    ```
  }];
  let arguments = (ins Named:$table, Integer:$sequences, Integer:$offsets, StrAttr:$along,
                       StrAttr:$axis);
  let results = (outs Named:$result);
  let assemblyFormat = [{
    $table `along` $along `at` $sequences `offsets` $offsets `axis` $axis attr-dict
    `:` type($table) `,` type($sequences) `,` type($offsets) `->` type($result)
  }];
  let hasVerifier = 1;
}

def LookupGradientOp : LoupOp<"lookup_gradient"> {
  let summary = "adds up the gradients of each row that was looked up";
  let description = [{
        result[v, c] = sum over i with indices[i] = v of gradient[i, c]

    in ascending order of `i`. Rows never looked up are zero.

    ```mlir
    func.func @backward(%tokens: tensor<?x?xi32, #loup.axes<batch, source>>,
                        %dx: tensor<?x?x128xf32, #loup.axes<batch, source, width>>)
        -> tensor<1000x128xf32, #loup.axes<source_vocabulary, width>> {
      %d = loup.lookup_gradient %dx along "source_vocabulary" at %tokens
          : tensor<?x?x128xf32, #loup.axes<batch, source, width>>,
            tensor<?x?xi32, #loup.axes<batch, source>>
         -> tensor<1000x128xf32, #loup.axes<source_vocabulary, width>>
      return %d : tensor<1000x128xf32, #loup.axes<source_vocabulary, width>>
    }
    ```
  }];
  let arguments = (ins Real:$gradient, Integer:$indices, StrAttr:$along);
  let results = (outs Real:$result);
  let assemblyFormat = [{
    $gradient `along` $along `at` $indices attr-dict
    `:` type($gradient) `,` type($indices) `->` type($result)
  }];
  let hasVerifier = 1;
}

#endif
