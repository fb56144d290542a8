#ifndef LOUP_POSITION_TD
#define LOUP_POSITION_TD
include "ir/ops/LoupOp.td"

def PositionsOp : LoupOp<"positions", [Pointwise]> {
  let summary = "0, 1, 2, ... along an axis";
  let description = [{
        result[p] = p

    A step of decoding replaces it by the one position it computes.

    ```mlir
    func.func @count() -> tensor<?xi32, #loup.axes<source>> {
      %p = loup.positions : tensor<?xi32, #loup.axes<source>>
      return %p : tensor<?xi32, #loup.axes<source>>
    }
    ```
  }];
  let results = (outs Integer:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def KeptPositionsOp : LoupOp<"kept_positions", [Pointwise]> {
  let summary = "the positions whose rows a state with `first` and `last` holds";
  let description = [{
        result[r] = r                                   if r < first or r > position
                    position - (position - r) mod last  otherwise

    once `position` is written. A row r > position holds nothing yet; its own number, which is later
    than any position so far, stands for that.

    ```mlir
    func.func @kept(%position: tensor<i32, #loup.axes<>>) -> tensor<8xi32, #loup.axes<kept_8_key>> {
      %p = loup.kept_positions at %position first 2 last 6
          : tensor<i32, #loup.axes<>> -> tensor<8xi32, #loup.axes<kept_8_key>>
      return %p : tensor<8xi32, #loup.axes<kept_8_key>>
    }
    ```
  }];
  let arguments = (ins Integer:$position, I64Attr:$first, I64Attr:$last);
  let results = (outs Integer:$result);
  let assemblyFormat = [{
    `at` $position `first` $first `last` $last attr-dict `:` type($position) `->` type($result)
  }];
}

def SinusoidOp : LoupOp<"sinusoid", [Pointwise]> {
  let summary = "sinusoidal position encodings, sine and cosine interleaved";
  let description = [{
        result[p, 2i]     = sin(p / 10000^(2i / width))
        result[p, 2i + 1] = cos(p / 10000^(2i / width))

    (Vaswani et al., 2017, section 3.5.) The result's last axis, of even size, is the one the
    positions lack.

    ```mlir
    func.func @encode(%p: tensor<?xi32, #loup.axes<source>>)
        -> tensor<?x128xf32, #loup.axes<source, width>> {
      %e = loup.sinusoid %p : tensor<?xi32, #loup.axes<source>>
          -> tensor<?x128xf32, #loup.axes<source, width>>
      return %e : tensor<?x128xf32, #loup.axes<source, width>>
    }
    ```
  }];
  let arguments = (ins Integer:$positions);
  let results = (outs Real:$result);
  let assemblyFormat = "$positions attr-dict `:` type($positions) `->` type($result)";
  let hasVerifier = 1;
}

def RotaryOp : LoupOp<"rotary", [Pointwise, DifferentiableOp,
    AllTypesMatch<["input", "result"]>]> {
  let summary = "rotary positions: pairs of columns turned by an angle that grows with the position";
  let description = [{
    With encoding[.., 2i] = sin(a) and encoding[.., 2i + 1] = cos(a), as `loup.sinusoid` has them:

        result[.., 2i]     = input[.., 2i] * cos(a) - input[.., 2i + 1] * sin(a)
        result[.., 2i + 1] = input[.., 2i + 1] * cos(a) + input[.., 2i] * sin(a)

    (Su et al., 2021, equation 34.) With a = p / 10000^(2i / width), the product of a turned query and
    a turned key depends on the difference of their positions alone. Keys are turned before they are
    cached, and `inverse` turns by -a, which is the gradient.

    Neighbouring columns are a pair, as in the paper and in `loup.sinusoid`. Others (GPT-NeoX, Hugging
    Face's LLaMA) pair column i with i + width / 2, which is the same model with the rows of the
    query's and key's projections in another order.

    Only self-attention has use for it: in cross-attention query and key count in two sequences, and
    the difference of their positions means nothing.

    ```mlir
    func.func @turn(%x: tensor<?x?x4x32xf32, #loup.axes<batch, source, head, head_width>>,
                    %e: tensor<?x32xf32, #loup.axes<source, head_width>>)
        -> tensor<?x?x4x32xf32, #loup.axes<batch, source, head, head_width>> {
      %y = loup.rotary %x by %e
          : tensor<?x?x4x32xf32, #loup.axes<batch, source, head, head_width>>,
            tensor<?x32xf32, #loup.axes<source, head_width>>
      return %y : tensor<?x?x4x32xf32, #loup.axes<batch, source, head, head_width>>
    }
    ```
  }];
  let arguments = (ins Real:$input, Real:$encoding, UnitAttr:$inverse);
  let results = (outs Real:$result);
  let assemblyFormat = [{
    $input `by` $encoding (`inverse` $inverse^)? attr-dict `:` type($input) `,` type($encoding)
  }];
  let hasVerifier = 1;
}

def ShiftRightOp : LoupOp<"shift_right", [Pointwise,
    AllTypesMatch<["input", "result"]>, DeclareOpInterfaceMethods<SequenceOp, ["getReach"]>]> {
  let summary = "each position sees the token before it; the first sees `begin`";
  let description = [{
        result[b, p] = p = 0 ? begin : input[b, p - 1]

    along `axis`. This is teacher forcing: what the decoder reads is the target, one later. Where
    sequences lie one after the other, `positions` says where each begins:

        result[t] = positions[t] = 0 ? begin : input[t - 1]

    ```mlir
    func.func @teacher_forcing(%target: tensor<?x?xi32, #loup.axes<batch, target>>)
        -> tensor<?x?xi32, #loup.axes<batch, target>> {
      %seen = loup.shift_right %target along "target" begin 2
          : tensor<?x?xi32, #loup.axes<batch, target>>
      return %seen : tensor<?x?xi32, #loup.axes<batch, target>>
    }
    ```

    ```mlir
    func.func @packed(%target: tensor<?xi32, #loup.axes<target_token>>,
                      %positions: tensor<?xi32, #loup.axes<target_token>>)
        -> tensor<?xi32, #loup.axes<target_token>> {
      %seen = loup.shift_right %target at %positions along "target_token" begin 2
          : tensor<?xi32, #loup.axes<target_token>>, tensor<?xi32, #loup.axes<target_token>>
      return %seen : tensor<?xi32, #loup.axes<target_token>>
    }
    ```
  }];
  let arguments = (ins Integer:$input, Optional<Integer>:$positions, StrAttr:$axis,
                       I32Attr:$begin);
  let results = (outs Integer:$result);
  let assemblyFormat = [{
    $input (`at` $positions^)? `along` $axis `begin` custom<Int32>($begin) attr-dict
    `:` type($input) (`,` type($positions)^)?
  }];
  let hasVerifier = 1;
}

#endif
