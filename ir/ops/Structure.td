#ifndef LOUP_STRUCTURE_TD
#define LOUP_STRUCTURE_TD
include "ir/ops/LoupOp.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def GroupOp : LoupEffectOp<"group", [SingleBlock, RecursiveMemoryEffects]> {
  let summary = "ops that become one kernel";
  let description = [{
    An anchor (a product, an attention, a norm, a reduction) with what is computed as its operands
    are read and as its result is made.

    ```mlir
    func.func @linear_relu(%x: tensor<?x128xf32, #loup.axes<batch, width>>,
                           %w: tensor<512x128xf32, #loup.axes<hidden, width>>)
        -> tensor<?x512xf32, #loup.axes<batch, hidden>> {
      %y = loup.group {
        %p = loup.product %x, %w : tensor<?x128xf32, #loup.axes<batch, width>>,
                                   tensor<512x128xf32, #loup.axes<hidden, width>>
            -> tensor<?x512xf32, #loup.axes<batch, hidden>>
        %r = loup.relu %p : tensor<?x512xf32, #loup.axes<batch, hidden>>
        loup.yield %r : tensor<?x512xf32, #loup.axes<batch, hidden>>
      } : tensor<?x512xf32, #loup.axes<batch, hidden>>
      return %y : tensor<?x512xf32, #loup.axes<batch, hidden>>
    }
    ```
  }];
  let results = (outs Variadic<Named>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$body attr-dict `:` type($results)";
}

def YieldOp : LoupEffectOp<"yield", [Pure, Terminator, ReturnLike, HasParent<"GroupOp">]> {
  let summary = "the results of a group";
  let description = "See `loup.group`.";
  let arguments = (ins Variadic<Named>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

def CallOp : LoupEffectOp<"call", [Pure, AttrSizedOperandSegments]> {
  let summary = "runs a kernel";
  let description = [{
    The kernel's arguments and results have the shapes of the operands and results; their axes may
    have more general names, so that encoder and decoder share kernels. `loup.places` says, once
    memory is planned, where each result is written.

    ```mlir
    func.func private @relu(%x: tensor<?x?x512xf32, #loup.axes<batch, time, i>>)
        -> tensor<?x?x512xf32, #loup.axes<batch, time, i>> attributes {loup.kernel} {
      %y = loup.relu %x : tensor<?x?x512xf32, #loup.axes<batch, time, i>>
      return %y : tensor<?x?x512xf32, #loup.axes<batch, time, i>>
    }
    func.func @activation(%x: tensor<?x?x512xf32, #loup.axes<batch, source, hidden>>)
        -> tensor<?x?x512xf32, #loup.axes<batch, source, hidden>> {
      %y = loup.call @relu(%x) : (tensor<?x?x512xf32, #loup.axes<batch, source, hidden>>)
          -> tensor<?x?x512xf32, #loup.axes<batch, source, hidden>>
      return %y : tensor<?x?x512xf32, #loup.axes<batch, source, hidden>>
    }
    ```

    `each` runs the kernel once for every sequence b: of a value along the axis ragged[i] it is given
    the rows from offsets[i][b] to offsets[i][b + 1], and of one along `batch` element b:

    ```mlir
    func.func private @softmax(%x: tensor<?x4xf32, #loup.axes<time, i>>)
        -> tensor<?x4xf32, #loup.axes<time, i>> attributes {loup.kernel} {
      %y = loup.softmax %x : tensor<?x4xf32, #loup.axes<time, i>>
      return %y : tensor<?x4xf32, #loup.axes<time, i>>
    }
    func.func @by_sequence(%x: tensor<?x4xf32, #loup.axes<source_token, head>>,
                           %offsets: tensor<?xi32, #loup.axes<boundary>>)
        -> tensor<?x4xf32, #loup.axes<source_token, head>> {
      %y = loup.call @softmax(%x) each ["source_token"] at %offsets
          : (tensor<?x4xf32, #loup.axes<source_token, head>>)
         -> tensor<?x4xf32, #loup.axes<source_token, head>>, tensor<?xi32, #loup.axes<boundary>>
      return %y : tensor<?x4xf32, #loup.axes<source_token, head>>
    }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Variadic<Named>:$inputs,
                       OptionalAttr<StrArrayAttr>:$ragged, Variadic<Integer>:$offsets);
  let results = (outs Variadic<Named>:$results);
  let assemblyFormat = [{
    $kernel `(` $inputs `)` (`each` $ragged^ `at` $offsets)? attr-dict
    `:` functional-type($inputs, $results) (`,` type($offsets)^)?
  }];
  let hasVerifier = 1;
}

#endif
