#ifndef LOUP_PARAMETER_TD
#define LOUP_PARAMETER_TD
include "ir/ops/LoupOp.td"

def ParameterOp : LoupEffectOp<"parameter", [Symbol]> {
  let summary = "declares a trained tensor";
  let description = [{
    `shape` is the tensor's own, under the name PyTorch's state_dict gives it; uses name its axes.

    ```mlir
    loup.parameter @"encoder.layers.0.self_attn.in_proj_weight" [384, 128]
        #loup.initial<uniform, 0.108253173>
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, DenseI64ArrayAttr:$shape, InitialAttr:$initial);
  let assemblyFormat = "$sym_name $shape $initial attr-dict";
}

def WeightOp : LoupOp<"weight"> {
  let summary = "a parameter's value, or some of its rows";
  let description = [{
        result = parameter[row .. row + size of the result's first axis]

    ```mlir
    loup.parameter @in_proj_weight [384, 128] #loup.initial<uniform, 0.1>
    func.func @query_weight() -> tensor<128x128xf32, #loup.axes<projection, width>> {
      %w = loup.weight @in_proj_weight row 0 : tensor<128x128xf32, #loup.axes<projection, width>>
      return %w : tensor<128x128xf32, #loup.axes<projection, width>>
    }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$parameter, DefaultValuedAttr<I64Attr, "0">:$row);
  let results = (outs Real:$result);
  let assemblyFormat = "$parameter `row` custom<Int64>($row) attr-dict `:` type($result)";
}

def StoreGradientOp : LoupEffectOp<"store_gradient"> {
  let summary = "the gradient of the loss by a parameter, or some of its rows";
  let description = [{
    ```mlir
    loup.parameter @in_proj_weight [384, 128] #loup.initial<uniform, 0.1>
    func.func @store(%d: tensor<128x128xf32, #loup.axes<projection, width>>) {
      loup.store_gradient %d, @in_proj_weight row 0
          : tensor<128x128xf32, #loup.axes<projection, width>>
      return
    }
    ```
  }];
  let arguments = (ins Real:$gradient, FlatSymbolRefAttr:$parameter,
                       DefaultValuedAttr<I64Attr, "0">:$row);
  let assemblyFormat = "$gradient `,` $parameter `row` custom<Int64>($row) attr-dict `:` type($gradient)";
}

#endif
