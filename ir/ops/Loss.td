#ifndef LOUP_LOSS_TD
#define LOUP_LOSS_TD
include "ir/ops/LoupOp.td"

def CrossEntropyOp : LoupOp<"cross_entropy", [DifferentiableOp, AttrSizedOperandSegments]> {
  let summary = "loss of each real token";
  let description = [{
    With p = log_softmax(logits) over the last axis, of size V, and s = `smoothing`:

        losses[b, t] = t < lengths[b] ? -(1 - s) * p[label] - (s / V) * sum over v of p[v] : 0

    which is PyTorch's label smoothing. Without `positions` and `lengths` every token is real. Losses
    are not averaged here: their sum's gradient is the sum over tokens, and the average is taken
    once, over all tokens of a step.

    ```mlir
    func.func @loss(%logits: tensor<?x?x1000xf32, #loup.axes<batch, target, target_vocabulary>>,
                    %labels: tensor<?x?xi32, #loup.axes<batch, target>>,
                    %positions: tensor<?xi32, #loup.axes<target>>,
                    %lengths: tensor<?xi32, #loup.axes<batch>>)
        -> tensor<?x?xf32, #loup.axes<batch, target>> {
      %losses = loup.cross_entropy %logits, %labels where %positions < %lengths smoothing 0.1
          : tensor<?x?x1000xf32, #loup.axes<batch, target, target_vocabulary>>,
            tensor<?x?xi32, #loup.axes<batch, target>>, tensor<?xi32, #loup.axes<target>>,
            tensor<?xi32, #loup.axes<batch>> -> tensor<?x?xf32, #loup.axes<batch, target>>
      return %losses : tensor<?x?xf32, #loup.axes<batch, target>>
    }
    ```
  }];
  let arguments = (ins Real:$logits, Integer:$labels, Optional<Integer>:$positions,
                       Optional<Integer>:$lengths, F32Attr:$smoothing);
  let results = (outs Real:$losses);
  let assemblyFormat = [{
    $logits `,` $labels (`where` $positions^ `<` $lengths)? `smoothing` custom<Float>($smoothing)
    attr-dict `:` type($logits) `,` type($labels) (`,` type($positions)^ `,` type($lengths))?
    `->` type($losses)
  }];
  let hasVerifier = 1;
}

def CrossEntropyGradientOp : LoupOp<"cross_entropy_gradient", [AttrSizedOperandSegments,
    AllTypesMatch<["logits", "result"]>]> {
  let summary = "the gradient by the logits";
  let description = [{
        result[b, t, v] = t < lengths[b]
            ? gradient[b, t] * (softmax(logits)[v] - (1 - s) * (v = label) - s / V) : 0

    ```mlir
    func.func @backward(%logits: tensor<?x?x1000xf32, #loup.axes<batch, target, target_vocabulary>>,
                        %labels: tensor<?x?xi32, #loup.axes<batch, target>>,
                        %positions: tensor<?xi32, #loup.axes<target>>,
                        %lengths: tensor<?xi32, #loup.axes<batch>>,
                        %dlosses: tensor<?x?xf32, #loup.axes<batch, target>>)
        -> tensor<?x?x1000xf32, #loup.axes<batch, target, target_vocabulary>> {
      %d = loup.cross_entropy_gradient %logits, %labels, %dlosses where %positions < %lengths
          smoothing 0.1
          : tensor<?x?x1000xf32, #loup.axes<batch, target, target_vocabulary>>,
            tensor<?x?xi32, #loup.axes<batch, target>>, tensor<?x?xf32, #loup.axes<batch, target>>,
            tensor<?xi32, #loup.axes<target>>, tensor<?xi32, #loup.axes<batch>>
      return %d : tensor<?x?x1000xf32, #loup.axes<batch, target, target_vocabulary>>
    }
    ```
  }];
  let arguments = (ins Real:$logits, Integer:$labels, Real:$gradient, Optional<Integer>:$positions,
                       Optional<Integer>:$lengths, F32Attr:$smoothing);
  let results = (outs Real:$result);
  let assemblyFormat = [{
    $logits `,` $labels `,` $gradient (`where` $positions^ `<` $lengths)?
    `smoothing` custom<Float>($smoothing) attr-dict
    `:` type($logits) `,` type($labels) `,` type($gradient)
    (`,` type($positions)^ `,` type($lengths))?
  }];
}

#endif
