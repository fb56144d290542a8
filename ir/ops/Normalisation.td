#ifndef LOUP_NORMALISATION_TD
#define LOUP_NORMALISATION_TD
include "ir/ops/LoupOp.td"

def LayerNormOp : LoupOp<"layer_norm", [DifferentiableOp, AllTypesMatch<["input", "result"]>,
    AllTypesMatch<["weight", "bias"]>]> {
  let summary = "brings each row to mean 0 and variance 1, then scales and shifts it";
  let description = [{
        result = (input - mean) / sqrt(variance + epsilon) * weight + bias

    with mean and (biased) variance along the last axis (Ba, Kiros and Hinton, 2016).

    ```mlir
    func.func @norm(%x: tensor<?x?x128xf32, #loup.axes<batch, source, width>>,
                    %weight: tensor<128xf32, #loup.axes<width>>,
                    %bias: tensor<128xf32, #loup.axes<width>>)
        -> tensor<?x?x128xf32, #loup.axes<batch, source, width>> {
      %y = loup.layer_norm %x, %weight, %bias epsilon 1.0e-5
          : tensor<?x?x128xf32, #loup.axes<batch, source, width>>,
            tensor<128xf32, #loup.axes<width>>
      return %y : tensor<?x?x128xf32, #loup.axes<batch, source, width>>
    }
    ```
  }];
  let arguments = (ins Real:$input, Real:$weight, Real:$bias, F32Attr:$epsilon);
  let results = (outs Real:$result);
  let assemblyFormat = [{
    $input `,` $weight `,` $bias `epsilon` custom<Float>($epsilon) attr-dict
    `:` type($input) `,` type($weight)
  }];
  let hasVerifier = 1;
}

def LayerNormGradientOp : LoupOp<"layer_norm_gradient", [
    AllTypesMatch<["input", "gradient", "result"]>]> {
  let summary = "the gradient by layer_norm's input";
  let description = [{
    With n = (input - mean) / sqrt(variance + epsilon) and g = gradient * weight:

        result = (g - mean(g) - n * mean(g * n)) / sqrt(variance + epsilon)

    ```mlir
    func.func @backward(%x: tensor<?x?x128xf32, #loup.axes<batch, source, width>>,
                        %weight: tensor<128xf32, #loup.axes<width>>,
                        %dy: tensor<?x?x128xf32, #loup.axes<batch, source, width>>)
        -> tensor<?x?x128xf32, #loup.axes<batch, source, width>> {
      %dx = loup.layer_norm_gradient %x, %weight, %dy epsilon 1.0e-5
          : tensor<?x?x128xf32, #loup.axes<batch, source, width>>,
            tensor<128xf32, #loup.axes<width>>
      return %dx : tensor<?x?x128xf32, #loup.axes<batch, source, width>>
    }
    ```
  }];
  let arguments = (ins Real:$input, Real:$weight, Real:$gradient, F32Attr:$epsilon);
  let results = (outs Real:$result);
  let assemblyFormat = [{
    $input `,` $weight `,` $gradient `epsilon` custom<Float>($epsilon) attr-dict
    `:` type($input) `,` type($weight)
  }];
}

def LayerNormParameterGradientOp : LoupOp<"layer_norm_parameter_gradient", [
    AllTypesMatch<["input", "gradient"]>, AllTypesMatch<["weight_gradient", "bias_gradient"]>]> {
  let summary = "the gradients by layer_norm's weight and bias";
  let description = [{
        weight_gradient = sum over rows of gradient * (input - mean) / sqrt(variance + epsilon)
        bias_gradient   = sum over rows of gradient

    ```mlir
    func.func @backward(%x: tensor<?x?x128xf32, #loup.axes<batch, source, width>>,
                        %dy: tensor<?x?x128xf32, #loup.axes<batch, source, width>>)
        -> tensor<128xf32, #loup.axes<width>> {
      %dw, %db = loup.layer_norm_parameter_gradient %x, %dy epsilon 1.0e-5
          : tensor<?x?x128xf32, #loup.axes<batch, source, width>>
         -> tensor<128xf32, #loup.axes<width>>
      return %dw : tensor<128xf32, #loup.axes<width>>
    }
    ```
  }];
  let arguments = (ins Real:$input, Real:$gradient, F32Attr:$epsilon);
  let results = (outs Real:$weight_gradient, Real:$bias_gradient);
  let assemblyFormat = [{
    $input `,` $gradient `epsilon` custom<Float>($epsilon) attr-dict
    `:` type($input) `->` type($weight_gradient)
  }];
}

#endif
