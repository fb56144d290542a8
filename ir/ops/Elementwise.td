#ifndef LOUP_ELEMENTWISE_TD
#define LOUP_ELEMENTWISE_TD
include "ir/ops/LoupOp.td"

def AddOp : LoupOp<"add", [Pointwise, ElementByElement, DifferentiableOp]> {
  let summary = "sum of two tensors, the second repeated along the axes it lacks";
  let description = [{
        result[r] = left[r] + right[those of r that right has]

    Residuals, biases and positions alike.

    ```mlir
    func.func @bias(%x: tensor<?x?x512xf32, #loup.axes<batch, source, hidden>>,
                    %bias: tensor<512xf32, #loup.axes<hidden>>)
        -> tensor<?x?x512xf32, #loup.axes<batch, source, hidden>> {
      %y = loup.add %x, %bias : tensor<?x?x512xf32, #loup.axes<batch, source, hidden>>,
                                tensor<512xf32, #loup.axes<hidden>>
      return %y : tensor<?x?x512xf32, #loup.axes<batch, source, hidden>>
    }
    func.func @residual(%x: tensor<?x?x128xf32, #loup.axes<batch, source, width>>,
                        %y: tensor<?x?x128xf32, #loup.axes<batch, source, width>>)
        -> tensor<?x?x128xf32, #loup.axes<batch, source, width>> {
      %z = loup.add %x, %y : tensor<?x?x128xf32, #loup.axes<batch, source, width>>,
                             tensor<?x?x128xf32, #loup.axes<batch, source, width>>
      return %z : tensor<?x?x128xf32, #loup.axes<batch, source, width>>
    }
    ```
  }];
  let arguments = (ins Real:$left, Real:$right);
  let results = (outs Real:$result);
  let assemblyFormat = "$left `,` $right attr-dict `:` custom<SameAsFirst>(type($left), type($result)) `,` type($right)";
  let hasVerifier = 1;
}

def ScaleOp : LoupOp<"scale", [Pointwise, ElementByElement, DifferentiableOp, AllTypesMatch<["input", "result"]>]> {
  let summary = "multiplies by a constant";
  let description = [{
        result = factor * input

    ```mlir
    func.func @scaled(%x: tensor<?x?x128xf32, #loup.axes<batch, source, width>>)
        -> tensor<?x?x128xf32, #loup.axes<batch, source, width>> {
      %y = loup.scale %x by 11.3137083 : tensor<?x?x128xf32, #loup.axes<batch, source, width>>
      return %y : tensor<?x?x128xf32, #loup.axes<batch, source, width>>
    }
    ```
  }];
  let arguments = (ins Real:$input, F32Attr:$factor);
  let results = (outs Real:$result);
  let assemblyFormat = "$input `by` custom<Float>($factor) attr-dict `:` type($input)";
}

def ReluOp : LoupOp<"relu", [Pointwise, ElementByElement, DifferentiableOp, AllTypesMatch<["input", "result"]>]> {
  let summary = "the positive part";
  let description = [{
        result = max(input, 0)

    ```mlir
    func.func @positive(%x: tensor<?x512xf32, #loup.axes<batch, hidden>>)
        -> tensor<?x512xf32, #loup.axes<batch, hidden>> {
      %y = loup.relu %x : tensor<?x512xf32, #loup.axes<batch, hidden>>
      return %y : tensor<?x512xf32, #loup.axes<batch, hidden>>
    }
    ```
  }];
  let arguments = (ins Real:$input);
  let results = (outs Real:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def ReluGradientOp : LoupOp<"relu_gradient", [Pointwise, ElementByElement,
    AllTypesMatch<["output", "gradient", "result"]>]> {
  let summary = "the gradient by relu's input, from relu's result";
  let description = [{
        result = output > 0 ? gradient : 0

    ```mlir
    func.func @backward(%y: tensor<?x512xf32, #loup.axes<batch, hidden>>,
                        %dy: tensor<?x512xf32, #loup.axes<batch, hidden>>)
        -> tensor<?x512xf32, #loup.axes<batch, hidden>> {
      %dx = loup.relu_gradient %y, %dy : tensor<?x512xf32, #loup.axes<batch, hidden>>
      return %dx : tensor<?x512xf32, #loup.axes<batch, hidden>>
    }
    ```
  }];
  let arguments = (ins Real:$output, Real:$gradient);
  let results = (outs Real:$result);
  let assemblyFormat = "$output `,` $gradient attr-dict `:` type($output)";
}

def GeluOp : LoupOp<"gelu", [Pointwise, ElementByElement, DifferentiableOp, AllTypesMatch<["input", "result"]>]> {
  let summary = "input times the normal distribution's probability of being below it";
  let description = [{
        result = input * (1 + erf(input / sqrt(2))) / 2

    The exact form, PyTorch's default (Hendrycks and Gimpel, 2016).

    ```mlir
    func.func @activation(%x: tensor<?x512xf32, #loup.axes<batch, hidden>>)
        -> tensor<?x512xf32, #loup.axes<batch, hidden>> {
      %y = loup.gelu %x : tensor<?x512xf32, #loup.axes<batch, hidden>>
      return %y : tensor<?x512xf32, #loup.axes<batch, hidden>>
    }
    ```
  }];
  let arguments = (ins Real:$input);
  let results = (outs Real:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def GeluGradientOp : LoupOp<"gelu_gradient", [Pointwise, ElementByElement,
    AllTypesMatch<["input", "gradient", "result"]>]> {
  let summary = "the gradient by gelu's input";
  let description = [{
        result = gradient * (Phi(input) + input * phi(input))

    where Phi and phi are the normal distribution and its density.

    ```mlir
    func.func @backward(%x: tensor<?x512xf32, #loup.axes<batch, hidden>>,
                        %dy: tensor<?x512xf32, #loup.axes<batch, hidden>>)
        -> tensor<?x512xf32, #loup.axes<batch, hidden>> {
      %dx = loup.gelu_gradient %x, %dy : tensor<?x512xf32, #loup.axes<batch, hidden>>
      return %dx : tensor<?x512xf32, #loup.axes<batch, hidden>>
    }
    ```
  }];
  let arguments = (ins Real:$input, Real:$gradient);
  let results = (outs Real:$result);
  let assemblyFormat = "$input `,` $gradient attr-dict `:` type($input)";
}

def DropoutOp : LoupOp<"dropout", [Pointwise, ElementByElement, DifferentiableOp,
    AllTypesMatch<["input", "result"]>]> {
  let summary = "zeroes elements at random and scales up the rest";
  let description = [{
        result = uniform(key, coordinates, column) >= rate ? input / (1 - rate) : 0

    The random number is a hash of what an element is, never of where it lies in memory: `key`
    stands for seed, step and place in the model (`loup.dropout_key`), `coordinates` give the
    element's example and positions, and `column`, its row-major index along the axes that no
    coordinate has, joins them if there are such axes. Dense and packed programs draw the same numbers, and the gradient is the op
    itself.

    ```mlir
    func.func @drop(%x: tensor<?x?x128xf32, #loup.axes<batch, source, width>>,
                    %key: tensor<i32, #loup.axes<>>,
                    %example: tensor<?xi32, #loup.axes<batch>>,
                    %position: tensor<?xi32, #loup.axes<source>>)
        -> tensor<?x?x128xf32, #loup.axes<batch, source, width>> {
      %y = loup.dropout %x rate 0.1 key %key at %example, %position
          : tensor<?x?x128xf32, #loup.axes<batch, source, width>>, tensor<i32, #loup.axes<>>,
            tensor<?xi32, #loup.axes<batch>>, tensor<?xi32, #loup.axes<source>>
      return %y : tensor<?x?x128xf32, #loup.axes<batch, source, width>>
    }
    ```
  }];
  let arguments = (ins Real:$input, F32Attr:$rate, Integer:$key, Variadic<Integer>:$coordinates);
  let results = (outs Real:$result);
  let assemblyFormat = [{
    $input `rate` custom<Float>($rate) `key` $key `at` $coordinates attr-dict
    `:` type($input) `,` type($key) `,` type($coordinates)
  }];
  let hasVerifier = 1;
}

def DropoutKeyOp : LoupOp<"dropout_key"> {
  let summary = "the key of one dropout of the model in one step";
  let description = [{
    `step_key` stands for seed and step, `place` for the dropout in the model: no two draw the same
    numbers (`placeKey` of `runtime/Random.h`). A value and no attribute of the dropout, so that all
    layers share its kernel.

    ```mlir
    func.func @third(%step: tensor<i32, #loup.axes<>>) -> tensor<i32, #loup.axes<>> {
      %key = loup.dropout_key %step place 3 : tensor<i32, #loup.axes<>>
      return %key : tensor<i32, #loup.axes<>>
    }
    ```
  }];
  let arguments = (ins Integer:$step_key, I32Attr:$place);
  let results = (outs Integer:$result);
  let assemblyFormat = "$step_key `place` custom<Int32>($place) attr-dict `:` custom<SameAsFirst>(type($step_key), type($result))";
}

def ConstantOp : LoupOp<"constant", [Pointwise]> {
  let summary = "the same number everywhere";
  let description = [{
    The gradient of a sum of losses by each of them is 1.

    ```mlir
    func.func @ones() -> tensor<?x?xf32, #loup.axes<batch, target>> {
      %one = loup.constant 1.0 : tensor<?x?xf32, #loup.axes<batch, target>>
      return %one : tensor<?x?xf32, #loup.axes<batch, target>>
    }
    ```
  }];
  let arguments = (ins F32Attr:$value);
  let results = (outs Real:$result);
  let assemblyFormat = "custom<Float>($value) attr-dict `:` type($result)";
}

#endif
