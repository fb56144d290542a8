#ifndef LOUP_PRODUCT_TD
#define LOUP_PRODUCT_TD
include "ir/ops/LoupOp.td"

def ProductOp : LoupOp<"product", [DifferentiableOp,
    DeclareOpInterfaceMethods<SequenceOp, ["getReach"]>]> {
  let summary = "sum of products over the axes the result lacks";
  let description = [{
        result[r] = scale * sum over s of left[r, s] * right[r, s]

    where `r` are the result's axes and `s` those that both operands have and the result lacks; each
    operand is read at those of them it has. Linear layers, attention scores, the weighted sum of
    values and the gradients of all of these are products. The sum is one chain in ascending order
    of `s`, so its bits do not depend on how many rows are computed together. Where the operand
    without the result's last axis has an axis of keys, it holds weights or their gradients: what a
    zero of it is multiplied by is not looked at, so that a NaN in a hidden place stays hidden.

    ```mlir
    func.func @linear(%x: tensor<?x?x128xf32, #loup.axes<batch, source, width>>,
                      %weight: tensor<512x128xf32, #loup.axes<hidden, width>>)
        -> tensor<?x?x512xf32, #loup.axes<batch, source, hidden>> {
      %y = loup.product %x, %weight
          : tensor<?x?x128xf32, #loup.axes<batch, source, width>>,
            tensor<512x128xf32, #loup.axes<hidden, width>>
         -> tensor<?x?x512xf32, #loup.axes<batch, source, hidden>>
      return %y : tensor<?x?x512xf32, #loup.axes<batch, source, hidden>>
    }
    ```

    The scores of attention:

    ```mlir
    func.func @scores(%q: tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>,
                      %k: tensor<?x?x4x32xf32, #loup.axes<batch, source_key, head, head_width>>)
        -> tensor<?x4x?x?xf32, #loup.axes<batch, head, target, source_key>> {
      %s = loup.product %q, %k {scale = 0.176776695 : f32}
          : tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>,
            tensor<?x?x4x32xf32, #loup.axes<batch, source_key, head, head_width>>
         -> tensor<?x4x?x?xf32, #loup.axes<batch, head, target, source_key>>
      return %s : tensor<?x4x?x?xf32, #loup.axes<batch, head, target, source_key>>
    }
    ```
  }];
  let arguments = (ins Real:$left, Real:$right, DefaultValuedAttr<F32Attr, "1.0f">:$scale);
  let results = (outs Real:$result);
  let assemblyFormat = [{
    $left `,` $right attr-dict `:` type($left) `,` type($right) `->` type($result)
  }];
  let hasVerifier = 1;
}

def SumOp : LoupOp<"sum"> {
  let summary = "sum over the axes the result lacks";
  let description = [{
        result[r] = sum over s of input[r, s]

    The gradient of what was added along more axes than it has, such as a bias.

    ```mlir
    func.func @bias_gradient(%d: tensor<?x?x512xf32, #loup.axes<batch, source, hidden>>)
        -> tensor<512xf32, #loup.axes<hidden>> {
      %b = loup.sum %d : tensor<?x?x512xf32, #loup.axes<batch, source, hidden>>
          -> tensor<512xf32, #loup.axes<hidden>>
      return %b : tensor<512xf32, #loup.axes<hidden>>
    }
    ```
  }];
  let arguments = (ins Real:$input);
  let results = (outs Real:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

#endif
