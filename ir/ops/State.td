#ifndef LOUP_STATE_TD
#define LOUP_STATE_TD
include "ir/ops/LoupOp.td"

def StateOp : LoupEffectOp<"state", [Symbol]> {
  let summary = "declares what decoding remembers between calls";
  let description = [{
    Written by `prefill`, or grown by every `step`: keys and values.

    ```mlir
    loup.state @"decoder.layers.0.self_attn.key"
        : tensor<?x?x4x32xf32, #loup.axes<target_key, slot, head, head_width>>
    ```

    With `first` and `last` it has rows for the first positions, which stay, and for the last ones,
    which take turns: position p < first is in row p, any other in row first + (p - first) mod last.

    ```mlir
    loup.state @"decoder.layers.1.self_attn.key" first 2 last 6
        : tensor<8x?x4x32xf32, #loup.axes<kept_8_key, slot, head, head_width>>
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, OptionalAttr<I64Attr>:$first,
                       OptionalAttr<I64Attr>:$last);
  let assemblyFormat = "$sym_name (`first` $first^ `last` $last)? `:` $type attr-dict";
}

def ReadStateOp : LoupEffectOp<"read_state"> {
  let summary = "the state as it now is";
  let description = [{
    ```mlir
    loup.state @key : tensor<?x?x128xf32, #loup.axes<target_key, slot, projection>>
    func.func @read() -> tensor<?x?x128xf32, #loup.axes<target_key, slot, projection>> {
      %k = loup.read_state @key
          : tensor<?x?x128xf32, #loup.axes<target_key, slot, projection>>
      return %k : tensor<?x?x128xf32, #loup.axes<target_key, slot, projection>>
    }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$state);
  let results = (outs Named:$result);
  let assemblyFormat = "$state attr-dict `:` type($result)";
}

def WriteStateOp : LoupEffectOp<"write_state"> {
  let summary = "replaces the state, or its row at a position";
  let description = [{
    With a position, the state has one axis more than the value, its first.

    ```mlir
    loup.state @key : tensor<?x?x128xf32, #loup.axes<target_key, slot, projection>>
    func.func @grow(%k: tensor<?x128xf32, #loup.axes<hypothesis, projection>>,
                    %position: tensor<i32, #loup.axes<>>) {
      loup.write_state %k, @key at %position
          : tensor<?x128xf32, #loup.axes<hypothesis, projection>>, tensor<i32, #loup.axes<>>
      return
    }
    ```
  }];
  let arguments = (ins Named:$value, FlatSymbolRefAttr:$state, Optional<Integer>:$position);
  let assemblyFormat = [{
    $value `,` $state (`at` $position^)? attr-dict `:` type($value) (`,` type($position)^)?
  }];
}

#endif
