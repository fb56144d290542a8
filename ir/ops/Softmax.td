#ifndef LOUP_SOFTMAX_TD
#define LOUP_SOFTMAX_TD
include "ir/ops/LoupOp.td"

def SoftmaxOp : LoupOp<"softmax", [DifferentiableOp, AllTypesMatch<["input", "result"]>,
    DeclareOpInterfaceMethods<SequenceOp, ["getReach"]>]> {
  let summary = "exponentials along the last axis, divided by their sum";
  let description = [{
        result[r, k] = exp(input[r, k] - m[r]) / sum over j of exp(input[r, j] - m[r])

    with m the row's largest element. What a mask has hidden (`hiddenScore` of `ir/Constants.h`) gets
    exactly 0, and a row with nothing visible is 0 everywhere, never NaN.

    ```mlir
    func.func @weights(%scores: tensor<?x4x?x?xf32, #loup.axes<batch, head, target, target_key>>)
        -> tensor<?x4x?x?xf32, #loup.axes<batch, head, target, target_key>> {
      %w = loup.softmax %scores
          : tensor<?x4x?x?xf32, #loup.axes<batch, head, target, target_key>>
      return %w : tensor<?x4x?x?xf32, #loup.axes<batch, head, target, target_key>>
    }
    ```
  }];
  let arguments = (ins Real:$input);
  let results = (outs Real:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def SoftmaxGradientOp : LoupOp<"softmax_gradient", [
    AllTypesMatch<["output", "gradient", "result"]>]> {
  let summary = "the gradient by softmax's input, from softmax's result";
  let description = [{
        result[r, k] = output[r, k] * (gradient[r, k] - sum over j of output[r, j] * gradient[r, j])

    ```mlir
    func.func @backward(%w: tensor<?x?xf32, #loup.axes<target, target_key>>,
                        %dw: tensor<?x?xf32, #loup.axes<target, target_key>>)
        -> tensor<?x?xf32, #loup.axes<target, target_key>> {
      %ds = loup.softmax_gradient %w, %dw : tensor<?x?xf32, #loup.axes<target, target_key>>
      return %ds : tensor<?x?xf32, #loup.axes<target, target_key>>
    }
    ```
  }];
  let arguments = (ins Real:$output, Real:$gradient);
  let results = (outs Real:$result);
  let assemblyFormat = "$output `,` $gradient attr-dict `:` type($output)";
}

def LogSoftmaxOp : LoupOp<"log_softmax", [AllTypesMatch<["input", "result"]>]> {
  let summary = "logits to log-probabilities along the last axis";
  let description = [{
        result[r, v] = input[r, v] - m[r] - log(sum over u of exp(input[r, u] - m[r]))

    with m the row's largest element. Decoding ranks hypotheses by it; it is never trained through.

    ```mlir
    func.func @predict(%logits: tensor<?x1000xf32, #loup.axes<hypothesis, target_vocabulary>>)
        -> tensor<?x1000xf32, #loup.axes<hypothesis, target_vocabulary>> {
      %p = loup.log_softmax %logits
          : tensor<?x1000xf32, #loup.axes<hypothesis, target_vocabulary>>
      return %p : tensor<?x1000xf32, #loup.axes<hypothesis, target_vocabulary>>
    }
    ```
  }];
  let arguments = (ins Real:$input);
  let results = (outs Real:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

#endif
