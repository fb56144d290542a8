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

#endif
